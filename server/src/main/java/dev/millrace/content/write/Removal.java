package dev.millrace.content.write;

import dev.millrace.content.WriteRule.Action;
import dev.millrace.file.FileStat;
import dev.millrace.files.WritableDirectory;
import dev.millrace.uring.ErrnoException;
import io.undertow.util.StatusCodes;

/** Removes a file, or an empty directory if the path ends with a slash. Worker threads. */
final class Removal {
  private Removal() {}

  static void run(Target target, WriteServices services) throws WriteException {
    target.require(Action.DELETE);
    try (WritableDirectory directory = target.open(false)) {
      boolean ofDirectory = target.below().directory();
      services.commits().lock();
      try {
        FileStat there = ofDirectory ? directory.stat(target.name()) : target.check(directory);
        if (there == null || (ofDirectory && !there.isDirectory())) {
          throw new WriteException(StatusCodes.NOT_FOUND, "there is no such file");
        }
        directory.remove(target.name(), ofDirectory);
      } finally {
        services.commits().unlock();
      }
      if (services.settings().syncs()) {
        directory.sync();
      }
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
  }
}
