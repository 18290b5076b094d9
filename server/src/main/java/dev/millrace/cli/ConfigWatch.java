package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reloads when the configuration file, or a file of passwords or tokens that it names, has changed:
 * another time, size or file. It polls, since inotify does not see changes on network file systems,
 * nor of the links by which Kubernetes replaces a volume. A change counts when two looks see the
 * same, so a file is not read while it is written.
 */
final class ConfigWatch {
  private record Seen(@Nullable FileTime modified, long size, @Nullable Object key) {}

  private final Supplier<? extends Collection<Path>> files;
  private final Runnable reload;
  private Map<Path, Seen> loaded;
  private Map<Path, Seen> last;

  /**
   * Remembers the files as they are.
   *
   * @param files of the configuration that was loaded last
   */
  ConfigWatch(Supplier<? extends Collection<Path>> files, Runnable reload) {
    this.files = files;
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

  /** Looks once, and reloads if a file has changed. One thread. */
  void check() {
    Map<Path, Seen> now = look();
    boolean complete = now.values().stream().allMatch(seen -> seen.modified() != null);
    if (now.equals(last) && complete) {
      if (hasChanged(now)) {
        reload.run();
      }
      loaded = now;
    }
    last = now;
  }

  /** A file that a reload has named first is not a change: it was read then. */
  private boolean hasChanged(Map<Path, Seen> now) {
    return now.entrySet().stream()
        .anyMatch(
            file -> !loaded.getOrDefault(file.getKey(), file.getValue()).equals(file.getValue()));
  }

  private Map<Path, Seen> look() {
    Map<Path, Seen> seen = new HashMap<>();
    files.get().forEach(file -> seen.put(file, look(file)));
    return seen;
  }

  private static Seen look(Path file) {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return new Seen(
          found.lastModifiedTime(), found.size(), Objects.toString(found.fileKey(), null));
    } catch (IOException missing) {
      return new Seen(null, 0, null); // between a removal and a replacement
    }
  }
}
