package dev.millrace.content.write;

import dev.millrace.content.WriteRule.Action;
import dev.millrace.content.write.Target.Change;
import dev.millrace.file.FileStat;
import dev.millrace.files.StagingArea;
import dev.millrace.files.WritableDirectory;
import dev.millrace.uring.ErrnoException;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Removes a file, or an empty directory if the path ends with a slash; with WebDAV a directory and
 * all that is in it. Worker threads.
 */
final class Removal {
  private Removal() {}

  static void run(Target target, WriteServices services) throws WriteException, IOException {
    target.require(Action.DELETE);
    StagingArea area = target.staging();
    try (WritableDirectory directory = target.open(false)) {
      byte[] taken;
      services.commits().lock();
      try {
        taken = remove(target, directory, area);
        target.locks().removed(target.lockPath());
      } finally {
        services.commits().unlock();
      }
      if (services.settings().syncs()) {
        directory.sync();
      }
      if (taken != null) {
        area.remove(taken);
      }
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
  }

  /** Returns the name in the area of a directory that is to be removed, or null. */
  private static byte @Nullable [] remove(
      Target target, WritableDirectory directory, StagingArea area)
      throws WriteException, ErrnoException {
    boolean withSlash = target.below().directory();
    boolean webdav = target.mount().policy().webdav();
    FileStat there = directory.stat(target.name());
    if (there != null
        && !there.isRegularFile()
        && !(there.isDirectory() && (withSlash || webdav))) {
      throw new WriteException(
          StatusCodes.CONFLICT,
          there.isDirectory()
              ? "the name is that of a directory"
              : "the name is not that of a regular file");
    }
    target.check(there, Change.TREE);
    if (there == null || (withSlash && !there.isDirectory())) {
      throw new WriteException(StatusCodes.NOT_FOUND, "there is no such file");
    }
    if (!there.isDirectory() || !webdav) {
      directory.remove(target.name(), there.isDirectory());
      return null;
    }
    target.requireNoRulesBelow();
    return area.take(directory, target.name());
  }
}
