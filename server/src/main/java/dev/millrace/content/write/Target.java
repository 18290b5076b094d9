package dev.millrace.content.write;

import dev.millrace.auth.AuthRule;
import dev.millrace.content.Mount;
import dev.millrace.content.MountContext;
import dev.millrace.content.Validators;
import dev.millrace.content.WriteRule;
import dev.millrace.content.WriteRule.Action;
import dev.millrace.content.lock.IfHeader;
import dev.millrace.content.lock.LockTable;
import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import dev.millrace.files.Root;
import dev.millrace.files.StagingArea;
import dev.millrace.files.SymlinkPolicy;
import dev.millrace.files.WritableDirectory;
import dev.millrace.http.semantics.Representation;
import dev.millrace.http.semantics.ResponsePlan;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import io.undertow.util.StatusCodes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file or directory that a request changes: its directory and its name beneath the root. Worker
 * threads.
 *
 * @param mount of the file
 * @param root held for this request
 * @param below the path from the mount's root
 * @param rule that applies to the path
 * @param preconditions of the request
 * @param locks of all mounts
 */
public record Target(
    MountContext mount,
    Root root,
    ParsedPath below,
    WriteRule rule,
    Preconditions preconditions,
    LockTable locks) {
  /** Permissions of new directories. */
  public static final int DIRECTORY_MODE = 0755;

  /** The extended attribute with the properties that WebDAV clients have set. */
  public static final String PROPERTIES_ATTRIBUTE = "user.millrace.properties";

  /** What a request changes. */
  public enum Change {
    /** The content or the properties of a file. */
    CONTENT,
    /** The name of a file, or a directory with all that is in it. */
    TREE
  }

  public byte[] name() {
    return below.segments().getLast();
  }

  private SymlinkPolicy symlinks() {
    return mount.policy().symlinks();
  }

  public StagingArea staging() {
    return staging(mount.mount(), root, rule);
  }

  /** The directory in which a file has a name before it replaces another. */
  static StagingArea staging(Mount mount, Root root, WriteRule rule) {
    int above = mount.prefix().segments().size();
    List<byte[]> names = rule.prefix().segments();
    int from = Math.min(above, names.size()); // a rule may be that of a mount's parent
    ParsedPath below = new ParsedPath(names.subList(from, names.size()), true);
    return new StagingArea(root, below.relative(""), mount.policy().symlinks());
  }

  /** The path for locks: absolute, and the same at each mount of a directory. */
  public String lockPath() {
    return lockPath(mount.mount(), below);
  }

  /** As {@link #lockPath()}, of another path. */
  public static String lockPath(Mount mount, ParsedPath below) {
    StringBuilder path = new StringBuilder(mount.root().toAbsolutePath().normalize().toString());
    for (byte[] name : below.segments()) {
      path.append('/').append(new String(name, StandardCharsets.ISO_8859_1));
    }
    return path.toString();
  }

  /**
   * Opens the directory.
   *
   * @param makes whether to create missing directories
   */
  public WritableDirectory open(boolean makes) throws ErrnoException {
    ParsedPath parent = below.parent();
    try {
      return WritableDirectory.open(root, parent.relative(""), symlinks());
    } catch (ErrnoException failed) {
      if (failed.errno() != Errno.ENOENT || !makes) {
        throw failed;
      }
    }
    ParsedPath made = ParsedPath.ROOT;
    for (byte[] segment : parent.segments()) {
      try (WritableDirectory directory =
          WritableDirectory.open(root, made.relative(""), symlinks())) {
        if (directory.make(segment, DIRECTORY_MODE)) {
          directory.sync();
        }
      }
      made = made.with(segment);
    }
    return WritableDirectory.open(root, parent.relative(""), symlinks());
  }

  /** Opens the file or directory itself for reading. */
  public OpenFile openSelf() throws ErrnoException {
    return OpenFile.open(root, below.relative(""), symlinks());
  }

  /**
   * Checks the request's preconditions and the locks for a change of a file's content.
   *
   * @return the status of the file, or null if there is none
   * @throws WriteException 412 or 423, or 409 if the name is not that of a regular file
   */
  @Nullable FileStat checkFile(WritableDirectory directory) throws WriteException, ErrnoException {
    FileStat there = directory.stat(name());
    if (there != null && !there.isRegularFile()) {
      throw new WriteException(
          StatusCodes.CONFLICT,
          there.isDirectory()
              ? "the name is that of a directory"
              : "the name is not that of a regular file");
    }
    check(there, Change.CONTENT);
    return there;
  }

  /**
   * Checks the request's preconditions and the locks.
   *
   * @param there the status of what has the name, or null if nothing has
   * @throws WriteException 412 or 423
   */
  public void check(@Nullable FileStat there, Change change) throws WriteException {
    checkConditions(there);
    checkLocks(there, change);
  }

  /**
   * Checks the request's preconditions alone.
   *
   * @throws WriteException 412
   */
  public void checkConditions(@Nullable FileStat there) throws WriteException {
    long now = System.currentTimeMillis() / 1000;
    Representation current = there == null ? null : representation(there, below.lastName());
    if (ResponsePlan.forbidsWrite(preconditions.fields(), current, now)) {
      throw new WriteException(
          StatusCodes.PRECONDITION_FAILED,
          there == null ? "there is no such file" : "the file is not the one of the condition");
    }
    if (!preconditions.ifs().lists().isEmpty()
        && !preconditions.ifs().holds(new CurrentState(current))) {
      throw new WriteException(StatusCodes.PRECONDITION_FAILED, "the If field does not hold");
    }
  }

  /**
   * Checks the locks alone.
   *
   * @throws WriteException 423 if the request has not submitted a lock's token
   */
  public void checkLocks(@Nullable FileStat there, Change change) throws WriteException {
    LockTable.Lock barrier =
        locks.barrier(
            lockPath(),
            there == null || change == Change.TREE,
            change == Change.TREE,
            preconditions.ifs().tokens(),
            preconditions.user());
    if (barrier != null) {
      throw new WriteException(WriteException.LOCKED, "the path is locked")
          .condition("lock-token-submitted", barrier.url());
    }
  }

  /** The state of resources that an {@code If} field refers to. */
  private final class CurrentState implements IfHeader.State {
    private final @Nullable Representation current;

    CurrentState(@Nullable Representation current) {
      this.current = current;
    }

    @Override
    public boolean hasToken(@Nullable String resource, String token) {
      if (resource == null) {
        return locks.isLockedBy(token, lockPath());
      }
      ParsedPath other = ofReference(resource);
      return other != null && locks.isLockedBy(token, lockPath(mount.mount(), other));
    }

    @Override
    public boolean hasEntityTag(@Nullable String resource, String entityTag) {
      Representation found = resource == null ? current : representation(ofReference(resource));
      return found != null && found.tags().contains(entityTag);
    }
  }

  /** The path from the mount's root of a URI reference, or null if it is not in this mount. */
  private @Nullable ParsedPath ofReference(String reference) {
    int authority = reference.indexOf("://");
    int path = authority < 0 ? 0 : reference.indexOf('/', authority + 3);
    return path >= 0
            && RequestPath.parse(reference.substring(path)) instanceof ParsedPath names
            && names.startsWith(mount.mount().prefix())
        ? names.below(mount.mount().prefix())
        : null;
  }

  private @Nullable Representation representation(@Nullable ParsedPath other) {
    if (other == null) {
      return null;
    }
    try (OpenFile file = OpenFile.open(root, other.relative(""), symlinks())) {
      return representation(file.stat(), other.lastName());
    } catch (ErrnoException none) {
      return null;
    }
  }

  private Representation representation(FileStat stat, String name) {
    List<String> tags =
        Validators.entityTags(
            stat, mount.policy().types().codingOf(name), mount.digests().known(stat));
    return new Representation(stat.sizeBytes(), tags, stat.modifiedSeconds());
  }

  /**
   * @throws WriteException 403 if the rule does not allow this
   */
  public void require(Action action) throws WriteException {
    if (!rule.allowed().contains(action)) {
      throw new WriteException(
          StatusCodes.FORBIDDEN,
          switch (action) {
            case CREATE -> "new files are not allowed here";
            case REPLACE -> "the file exists, and must not be replaced";
            case DELETE -> "files must not be removed";
          });
    }
  }

  /**
   * @throws WriteException 403 if paths below this directory have rules of their own, because then
   *     a request must not change or copy all of it
   */
  public void requireNoRulesBelow() throws WriteException {
    requireNoRulesBelow(mount, below);
    if (below.segments().size() + mount.mount().prefix().segments().size()
        <= rule.prefix().segments().size()) {
      throw new WriteException(StatusCodes.FORBIDDEN, "the directory is that of the write rule");
    }
  }

  /** As {@link #requireNoRulesBelow()}, of a directory that is read. */
  public static void requireNoRulesBelow(MountContext mount, ParsedPath below)
      throws WriteException {
    int above = mount.mount().prefix().segments().size();
    Stream<ParsedPath> prefixes =
        Stream.concat(
            mount.policy().writeRules().stream().map(WriteRule::prefix),
            mount.policy().authRules().stream().map(AuthRule::prefix));
    if (prefixes
        .filter(prefix -> prefix.segments().size() > above + below.segments().size())
        .anyMatch(prefix -> prefix.below(mount.mount().prefix()).startsWith(below))) {
      throw new WriteException(
          StatusCodes.FORBIDDEN, "rules apply to paths below this directory: use each file");
    }
  }
}
