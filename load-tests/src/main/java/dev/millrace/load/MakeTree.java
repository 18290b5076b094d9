package dev.millrace.load;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Makes the tree that the simulations ask for: {@code small/0} to {@code small/199}, of 300 bytes
 * to 60 KB; {@code large/0} to {@code large/3}, of 16 MiB; {@code video}, of 64 MiB.
 */
public final class MakeTree {
  private MakeTree() {}

  /** Argument: the directory, which may exist. */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      write(root.resolve("small/" + i), 300 * (i + 1), random);
    }
    for (int i = 0; i < 4; i++) {
      write(root.resolve("large/" + i), 16 << 20, random);
    }
    write(root.resolve("video"), 64 << 20, random);
  }

  private static void write(Path file, int length, Random random) throws IOException {
    Files.createDirectories(file.getParent());
    byte[] piece = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int left = length; left > 0; left -= piece.length) {
        random.nextBytes(piece);
        out.write(piece, 0, Math.min(left, piece.length));
      }
    }
  }
}
