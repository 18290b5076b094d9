package dev.millrace.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/** Waits until files are old enough for a strong ETag. */
public final class Settled {
  private Settled() {}

  /** Waits until the last change of every file up to one directory below is 20 ms old. */
  public static void await(Path root) throws IOException {
    try (var files = Files.walk(root, 2)) {
      for (Path file : files.toList()) {
        FileTime changed =
            (FileTime) Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
        while (System.currentTimeMillis() - changed.toMillis() <= 21) {
          Thread.onSpinWait();
        }
      }
    }
  }
}
