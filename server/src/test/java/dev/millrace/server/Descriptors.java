package dev.millrace.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The file descriptors of this process. */
public final class Descriptors {
  private Descriptors() {}

  /** The number of descriptors whose path has this prefix, deleted files included. */
  public static int openBelow(String beginning) throws IOException {
    int found = 0;
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          if (Files.readSymbolicLink(descriptor).toString().startsWith(beginning)) {
            found++;
          }
        } catch (NoSuchFileException closed) {
          continue; // closed since, like the descriptor of this listing
        }
      }
    }
    return found;
  }
}
