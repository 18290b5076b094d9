package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reloads when the configuration file has changed: another time, size or file. It polls, since
 * inotify does not see changes on network file systems, nor of the links by which Kubernetes
 * replaces a volume. A change counts when two looks see the same, so a file is not read while it is
 * written.
 */
final class ConfigWatch {
  private record Seen(@Nullable FileTime modified, long size, @Nullable Object key) {}

  private final Path file;
  private final Runnable reload;
  private Seen loaded;
  private Seen last;

  /** Remembers the file as it is. */
  ConfigWatch(Path file, Runnable reload) {
    this.file = file;
    this.reload = reload;
    this.loaded = look();
    this.last = loaded;
  }

  /** Looks from now on, on a thread of its own. */
  void start(Duration period) {
    var _ =
        Thread.ofPlatform()
            .daemon()
            .name("millrace-config")
            .start(() -> {
              while (!Thread.interrupted()) {
                try {
                  Thread.sleep(period);
                } catch (InterruptedException ended) {
                  return;
                }
                check();
              }
            });
  }

  /** Looks once, and reloads if the file has changed. One thread. */
  void check() {
    Seen now = look();
    if (now.equals(last) && !now.equals(loaded) && now.modified() != null) {
      loaded = now;
      reload.run();
    }
    last = now;
  }

  private Seen look() {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return new Seen(
          found.lastModifiedTime(), found.size(), Objects.toString(found.fileKey(), null));
    } catch (IOException missing) {
      return new Seen(null, 0, null); // between a removal and a replacement
    }
  }
}
