package dev.millrace.simulation;

import dev.millrace.simulation.VersionedFile.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The files that are served, and their changes. */
final class SimulatedTree {
  private static final int[] LENGTHS = {
    0, 1, 17, 900, 4095, 4096, 4097, 16_384, 16_385, 30_000, 131_072, 200_001, 400_000
  };
  private static final String[] NAMES = {
    "a.txt", "b.bin", "c.html", "d.json", "e.tar", "sub/f.txt", "sub/g.bin"
  };

  private final Path root;
  private final SplittableRandom random;
  private final List<VersionedFile> files = new ArrayList<>();

  SimulatedTree(Path root, SplittableRandom random) {
    this.root = root;
    this.random = random;
    try {
      Files.createDirectories(root.resolve("sub"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    int count = 1 + random.nextInt(NAMES.length);
    for (int i = 0; i < count; i++) {
      VersionedFile file = new VersionedFile(NAMES[i], random.nextLong(), length());
      files.add(file);
      replace(file, file.current());
    }
  }

  private int length() {
    return LENGTHS[random.nextInt(LENGTHS.length)];
  }

  VersionedFile any(SplittableRandom by) {
    return files.get(by.nextInt(files.size()));
  }

  List<VersionedFile> files() {
    return files;
  }

  /** Changes one file as another program would. */
  void change(long nowNanos) {
    VersionedFile file = any(random);
    Version before = file.current();
    switch (random.nextInt(before.exists() ? 5 : 1)) {
      case 0, 1 -> replace(file, file.change(file.newStream(), length(), nowNanos));
      case 2 -> {
        Version longer =
            file.change(before.stream(), before.length() + 1 + random.nextInt(20_000), nowNanos);
        write(file, content(file, longer, before.length()), before.length());
      }
      case 3 -> {
        Version shorter =
            file.change(before.stream(), random.nextInt(before.length() + 1), nowNanos);
        truncate(file, shorter.length());
      }
      default -> {
        file.change(before.stream(), -1, nowNanos);
        remove(file);
      }
    }
  }

  private static ByteBuffer content(VersionedFile file, Version version, int from) {
    return ByteBuffer.wrap(file.content(version)).position(Math.min(from, version.length()));
  }

  private void replace(VersionedFile file, Version version) {
    try {
      Path to = root.resolve(file.name);
      Path made = root.resolveSibling(root.getFileName() + ".new");
      Files.write(made, file.content(version));
      Files.move(made, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void write(VersionedFile file, ByteBuffer bytes, long at) {
    try (FileChannel channel =
        FileChannel.open(root.resolve(file.name), StandardOpenOption.WRITE)) {
      channel.write(bytes, at);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void truncate(VersionedFile file, long length) {
    try (FileChannel channel =
        FileChannel.open(root.resolve(file.name), StandardOpenOption.WRITE)) {
      channel.truncate(length);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void remove(VersionedFile file) {
    try {
      Files.delete(root.resolve(file.name));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
