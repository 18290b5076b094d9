package dev.millrace.content.webdav;

import dev.millrace.content.WriteRule.Action;
import dev.millrace.content.write.Target;
import dev.millrace.content.write.Target.Change;
import dev.millrace.content.write.UploadSettings;
import dev.millrace.content.write.WriteException;
import dev.millrace.content.write.WriteServices;
import dev.millrace.digest.Digests;
import dev.millrace.digest.FileVersion;
import dev.millrace.digest.IndexedFile;
import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import dev.millrace.files.StagedFile;
import dev.millrace.files.StagingArea;
import dev.millrace.files.TreeCopy;
import dev.millrace.files.WritableDirectory;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A COPY or MOVE (RFC 4918 §9.8, §9.9). Readers see the old destination or the new one, whole.
 * Worker threads.
 */
final class Transfer {
  private static final int MAX_ENTRIES = 100_000;

  private final Target from;
  private final Target to;
  private final WriteServices services;
  private final boolean overwrites;

  /**
   * @param from the source; its rule is used by {@link #move} only
   * @param to the destination; in the same mount
   * @param overwrites whether an existing destination is replaced
   */
  Transfer(Target from, Target to, WriteServices services, boolean overwrites) {
    this.from = from;
    this.to = to;
    this.services = services;
    this.overwrites = overwrites;
  }

  private boolean syncs() {
    return services.settings().syncs();
  }

  private void checkPaths() throws WriteException {
    if (from.below().startsWith(to.below()) || to.below().startsWith(from.below())) {
      throw new WriteException(
          StatusCodes.FORBIDDEN, "source and destination are the same, or one contains the other");
    }
  }

  // ---- MOVE ------------------------------------------------------------------------------------

  /** Returns whether the destination is new. */
  boolean move() throws WriteException, IOException {
    checkPaths();
    from.require(Action.DELETE);
    StagingArea area = from.staging();
    try (WritableDirectory source = from.open(false);
        WritableDirectory destination = to.open(false)) {
      byte[] taken = null;
      boolean created;
      services.commits().lock();
      try {
        FileStat moved = source.stat(from.name());
        from.check(moved, Change.TREE);
        if (moved == null || (from.below().directory() && !moved.isDirectory())) {
          throw new WriteException(StatusCodes.NOT_FOUND, "there is no such file");
        }
        requireFileOrTree(moved, from);
        FileStat there = checkDestination(destination);
        created = there == null;
        if (there == null || (there.isRegularFile() && moved.isRegularFile())) {
          source.move(from.name(), destination, to.name(), there != null);
        } else {
          source.exchange(from.name(), destination, to.name()); // then both exist, if killed here
          taken = area.take(source, from.name());
        }
        to.locks().removed(from.lockPath());
      } finally {
        services.commits().unlock();
      }
      if (syncs()) {
        destination.sync();
        source.sync();
      }
      if (taken != null) {
        area.remove(taken);
      }
      return created;
    } catch (ErrnoException failed) {
      throw failed.errno() == Errno.EXDEV
          ? new WriteException(
              StatusCodes.FORBIDDEN, "the destination is on another file system: copy, then delete")
          : WriteException.of(failed);
    }
  }

  private static void requireFileOrTree(FileStat stat, Target target) throws WriteException {
    if (stat.isDirectory()) {
      target.requireNoRulesBelow();
    } else if (!stat.isRegularFile()) {
      throw new WriteException(StatusCodes.CONFLICT, "the name is not that of a regular file");
    }
  }

  /**
   * Checks that the destination may be written.
   *
   * @return the status of what is there, or null
   */
  private @Nullable FileStat checkDestination(WritableDirectory directory)
      throws WriteException, ErrnoException {
    FileStat there = directory.stat(to.name());
    if (there == null) {
      to.require(Action.CREATE);
    } else {
      if (!overwrites) {
        throw new WriteException(StatusCodes.PRECONDITION_FAILED, "the destination exists");
      }
      to.require(Action.REPLACE);
      requireFileOrTree(there, to);
    }
    to.checkLocks(there, Change.TREE);
    return there;
  }

  // ---- COPY ------------------------------------------------------------------------------------

  /**
   * @param deep whether the entries of a directory are copied
   * @return whether the destination is new
   */
  boolean copy(boolean deep) throws WriteException, IOException {
    checkPaths();
    try (OpenFile source = openSource();
        WritableDirectory destination = to.open(false)) {
      from.checkConditions(source.stat());
      if (source.stat().isDirectory()) {
        return copyTree(destination, deep);
      }
      if (from.below().directory() || !source.stat().isRegularFile()) {
        throw new WriteException(StatusCodes.NOT_FOUND, "there is no such file");
      }
      return copyFile(source, destination);
    } catch (TreeCopy.TooLargeException tooLarge) {
      throw new WriteException(StatusCodes.FORBIDDEN, String.valueOf(tooLarge.getMessage()));
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
  }

  private OpenFile openSource() throws WriteException, ErrnoException {
    try {
      return from.openSelf();
    } catch (ErrnoException failed) {
      if (failed.errno() == Errno.ENOENT || failed.errno() == Errno.ENOTDIR) {
        throw new WriteException(StatusCodes.NOT_FOUND, "there is no such file");
      }
      throw failed;
    }
  }

  private boolean copyFile(OpenFile source, WritableDirectory destination)
      throws WriteException, IOException {
    UploadSettings settings = services.settings();
    if (destination.freeBytes() - settings.minFreeBytes() < source.stat().sizeBytes()) {
      throw new WriteException(
          WriteException.INSUFFICIENT_STORAGE, "the file system has no room for a copy");
    }
    FileStat _ = checkDestination(destination);
    try (StagedFile copy = StagedFile.create(destination, to.staging(), settings.mode())) {
      copy.copy(source);
      copy.copyAttribute(source, Target.PROPERTIES_ATTRIBUTE);
      if (syncs()) {
        copy.sync();
      }
      boolean created = publish(destination, copy::publish, copy::replace, copy::replaceTree);
      learn(source, copy.stat());
      return created;
    }
  }

  private boolean copyTree(WritableDirectory destination, boolean deep)
      throws WriteException, IOException {
    Target.requireNoRulesBelow(from.mount(), from.below());
    FileStat _ = checkDestination(destination);
    TreeCopy.Options options =
        new TreeCopy.Options(
            from.mount().policy().symlinks(),
            from.mount().policy().dotfiles(),
            services.settings().mode(),
            syncs(),
            Target.PROPERTIES_ATTRIBUTE,
            MAX_ENTRIES);
    try (TreeCopy copy =
        TreeCopy.of(
            from.root(), from.below().relative(""), to.staging(), deep, options, this::learn)) {
      return publish(destination, copy::publish, copy::replace, copy::replace);
    }
  }

  /** Gives what was copied its name. */
  private interface Naming {
    void name(WritableDirectory directory, byte[] name) throws ErrnoException;
  }

  private boolean publish(
      WritableDirectory destination, Naming anew, Naming overFile, Naming overTree)
      throws WriteException, ErrnoException {
    boolean created;
    services.commits().lock();
    try {
      FileStat there = checkDestination(destination);
      created = there == null;
      if (there == null) {
        anew.name(destination, to.name());
      } else if (there.isDirectory()) {
        overTree.name(destination, to.name());
      } else {
        overFile.name(destination, to.name());
      }
    } finally {
      services.commits().unlock();
    }
    if (syncs()) {
      destination.sync();
    }
    return created;
  }

  /** The copy has the digests of the original, if that is still the version that was opened. */
  private void learn(OpenFile original, FileStat copy) {
    Digests known = from.mount().digests().known(original.stat());
    if (!known.isEmpty() && original.isUnchanged()) {
      services.stored(new IndexedFile(FileVersion.of(copy), known, null));
    }
  }
}
