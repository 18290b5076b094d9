package dev.millrace.content.write;

import dev.millrace.content.Mount;
import dev.millrace.content.MountContext;
import dev.millrace.content.Validators;
import dev.millrace.content.WriteRule;
import dev.millrace.content.WriteRule.Action;
import dev.millrace.file.FileStat;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.Root;
import dev.millrace.files.StagingArea;
import dev.millrace.files.SymlinkPolicy;
import dev.millrace.files.WritableDirectory;
import dev.millrace.http.semantics.Representation;
import dev.millrace.http.semantics.RequestFields;
import dev.millrace.http.semantics.ResponsePlan;
import dev.millrace.sync.ffi.Errno;
import dev.millrace.uring.ErrnoException;
import io.undertow.util.StatusCodes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file that a request writes or removes: its directory and its name beneath the root.
 *
 * @param mount of the file
 * @param root held for this request
 * @param below the path from the mount's root
 * @param rule that applies to the path
 * @param conditions the request's preconditions
 */
record Target(
    MountContext mount, Root root, ParsedPath below, WriteRule rule, RequestFields conditions) {
  private static final int DIRECTORY_MODE = 0755;

  byte[] name() {
    return below.segments().getLast();
  }

  private SymlinkPolicy symlinks() {
    return mount.policy().symlinks();
  }

  StagingArea staging() {
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

  /**
   * Opens the directory. Worker threads.
   *
   * @param makes whether to create missing directories
   */
  WritableDirectory open(boolean makes) throws ErrnoException {
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

  /**
   * Checks the request's preconditions against what is there. Worker threads.
   *
   * @return the status of the file, or null if there is none
   * @throws WriteException 412, or 409 if the name is not that of a regular file
   */
  @Nullable FileStat check(WritableDirectory directory) throws WriteException, ErrnoException {
    FileStat there = directory.stat(name());
    if (there != null && !there.isRegularFile()) {
      throw new WriteException(
          StatusCodes.CONFLICT,
          there.isDirectory()
              ? "the name is that of a directory"
              : "the name is not that of a regular file");
    }
    long now = System.currentTimeMillis() / 1000;
    if (ResponsePlan.forbidsWrite(conditions, there == null ? null : representation(there), now)) {
      throw new WriteException(
          StatusCodes.PRECONDITION_FAILED,
          there == null ? "there is no such file" : "the file is not the one of the condition");
    }
    return there;
  }

  private Representation representation(FileStat stat) {
    String text = below.lastName();
    List<String> tags =
        Validators.entityTags(
            stat, mount.policy().types().codingOf(text), mount.digests().known(stat));
    return new Representation(stat.sizeBytes(), tags, stat.modifiedSeconds());
  }

  void require(Action action) throws WriteException {
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
}
