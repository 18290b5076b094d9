package dev.millrace.content.write;

import dev.millrace.content.WriteRule.Action;
import dev.millrace.digest.Digests;
import dev.millrace.digest.FileVersion;
import dev.millrace.digest.IndexedFile;
import dev.millrace.file.FileStat;
import dev.millrace.files.FileTree;
import dev.millrace.files.OpenFile;
import dev.millrace.files.UnpublishedFile;
import dev.millrace.files.WritableDirectory;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import io.undertow.util.StatusCodes;

/** Gives an uploaded file its name, and puts its digests into the index. Worker threads. */
final class Publication {
  private Publication() {}

  /**
   * Publishes a file whose content is complete.
   *
   * @param directory that gets the file
   */
  static Stored publish(
      Target target,
      WriteServices services,
      UnpublishedFile file,
      WritableDirectory directory,
      Digests digests)
      throws WriteException, ErrnoException {
    boolean syncs = services.settings().syncs();
    if (syncs) {
      file.sync();
    }
    boolean created = name(target, services, file, directory);
    if (syncs) {
      directory.sync();
    }
    FileStat stat = file.stat();
    byte[] path = directory.path();
    services.stored(
        new IndexedFile(
            FileVersion.of(stat),
            digests,
            path == null ? null : FileTree.join(path, target.name())));
    return new Stored(created, stat, digests);
  }

  /** Returns whether the file is new. */
  private static boolean name(
      Target target, WriteServices services, UnpublishedFile file, WritableDirectory directory)
      throws WriteException, ErrnoException {
    services.commits().lock();
    try {
      FileStat there = target.checkFile(directory);
      target.require(there == null ? Action.CREATE : Action.REPLACE);
      if (there != null) {
        keepProperties(target, file);
        file.replace(directory, target.name());
        return false;
      }
      file.publish(directory, target.name());
      return true;
    } catch (ErrnoException failed) {
      if (failed.errno() == Errno.EEXIST) { // another server was faster
        throw new WriteException(
            target.preconditions().fields().ifNoneMatch() == null
                ? StatusCodes.CONFLICT
                : StatusCodes.PRECONDITION_FAILED,
            "another client has just created the file");
      }
      throw failed;
    } finally {
      services.commits().unlock();
    }
  }

  /** A file that is replaced keeps the properties that WebDAV clients have set. */
  private static void keepProperties(Target target, UnpublishedFile file) throws ErrnoException {
    if (target.mount().policy().webdav()) {
      try (OpenFile replaced = target.openSelf()) {
        file.copyAttribute(replaced, Target.PROPERTIES_ATTRIBUTE);
      }
    }
  }
}
