package dev.millrace.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The file descriptors of this process. */
public final class Descriptors {
  private Descriptors() {}

  /** The paths with this prefix that descriptors are open of, deleted files included. */
  public static List<String> openBelow(String beginning) throws IOException {
    List<String> found = new ArrayList<>();
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          String path = Files.readSymbolicLink(descriptor).toString();
          if (path.startsWith(beginning)) {
            found.add(path);
          }
        } catch (NoSuchFileException closed) {
          continue; // closed since, like the descriptor of this listing
        }
      }
    }
    return found;
  }
}
