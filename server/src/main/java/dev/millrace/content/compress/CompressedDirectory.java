package dev.millrace.content.compress;

import dev.millrace.files.GeneratedFile;
import dev.millrace.files.OpenFile;
import dev.millrace.files.Root;
import dev.millrace.files.SymlinkPolicy;
import dev.millrace.files.WritableDirectory;
import dev.millrace.sync.Errno;
import dev.millrace.sync.Mutex;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of state that keeps compressed forms across restarts. Its size is bounded; the
 * least recently used ones are removed first. All methods may wait for a disk. Worker threads.
 */
final class CompressedDirectory implements AutoCloseable {
  private static final String TEMPORARY = ".new-";
  private static final byte[] ITSELF = ".".getBytes(StandardCharsets.US_ASCII);

  private final Path path;
  private final WritableDirectory directory;
  private final long maxBytes;
  private final CompressionStats stats;
  private final Mutex mutex = new Mutex(); // held for a lookup only

  /** Sizes by name, the least recently used first. */
  private final Map<String, Long> sizes = new LinkedHashMap<>(64, 0.75f, true);

  private long bytes;
  private long created;

  private CompressedDirectory(
      Path path, WritableDirectory directory, long maxBytes, CompressionStats stats) {
    this.path = path;
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.stats = stats;
  }

  /**
   * Opens the directory, creates it if it is missing, and removes what a killed process has left
   * unfinished. One process at a time.
   */
  static CompressedDirectory open(Path path, long maxBytes, CompressionStats stats)
      throws IOException {
    Files.createDirectories(path);
    Root root = Root.open(path.toAbsolutePath());
    WritableDirectory directory;
    try {
      directory = WritableDirectory.open(root, ITSELF, SymlinkPolicy.NONE);
    } finally {
      root.release();
    }
    CompressedDirectory opened = new CompressedDirectory(path, directory, maxBytes, stats);
    try {
      opened.scan();
      return opened;
    } catch (IOException failed) {
      directory.close();
      throw failed;
    }
  }

  private record Found(String name, long bytes, FileTime modified) {}

  private void scan() throws IOException {
    List<Found> all = new ArrayList<>();
    try (Stream<Path> entries = Files.list(path)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        String name = String.valueOf(entry.getFileName());
        if (name.startsWith(TEMPORARY)) {
          Files.deleteIfExists(entry);
        } else {
          all.add(new Found(name, Files.size(entry), Files.getLastModifiedTime(entry)));
        }
      }
    }
    all.sort(Comparator.comparing(Found::modified));
    for (Found one : all) {
      sizes.put(one.name(), one.bytes());
      bytes += one.bytes();
    }
    trim();
  }

  /** Creates an empty file that is not visible under a name of a compressed form. */
  Unpublished create() throws ErrnoException {
    mutex.lock();
    long number;
    try {
      number = created++;
    } finally {
      mutex.unlock();
    }
    byte[] temporary = (TEMPORARY + number).getBytes(StandardCharsets.US_ASCII);
    return new Unpublished(temporary, GeneratedFile.in(directory, temporary));
  }

  /** A file being written, and its temporary name. */
  @SuppressWarnings("ArrayRecordComponent") // not compared, not modified
  record Unpublished(byte[] temporary, GeneratedFile file) {}

  /** Gives a file its name, atomically, and removes others to make room. */
  void publish(Unpublished unpublished, CompressedName name, long sizeBytes) throws ErrnoException {
    directory.move(unpublished.temporary(), directory, name.fileNameBytes(), true);
    mutex.lock();
    try {
      Long before = sizes.put(name.fileName(), sizeBytes);
      bytes += sizeBytes - (before == null ? 0 : before);
    } finally {
      mutex.unlock();
    }
    trim();
  }

  /** Removes a file that is not published. */
  void discard(Unpublished unpublished) {
    remove(unpublished.temporary());
  }

  /** Opens a compressed form; null if there is none. */
  @Nullable OpenFile find(CompressedName name) throws ErrnoException {
    mutex.lock();
    try {
      if (sizes.get(name.fileName()) == null) { // marks it as the most recently used
        return null;
      }
    } finally {
      mutex.unlock();
    }
    try {
      byte[] absolute =
          path.resolve(name.fileName())
              .toAbsolutePath()
              .toString()
              .getBytes(StandardCharsets.UTF_8);
      return OpenFile.open(absolute);
    } catch (ErrnoException failed) {
      if (failed.errno() == Errno.ENOENT) {
        forget(name.fileName());
        return null;
      }
      throw failed;
    }
  }

  /** Removes a compressed form that is not what it should be. */
  void remove(CompressedName name) {
    forget(name.fileName());
    remove(name.fileNameBytes());
  }

  private void forget(String name) {
    mutex.lock();
    try {
      Long before = sizes.remove(name);
      bytes -= before == null ? 0 : before;
    } finally {
      mutex.unlock();
    }
  }

  private void trim() {
    for (String name = takeOldest(); name != null; name = takeOldest()) {
      stats.evicted();
      remove(name.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private @Nullable String takeOldest() {
    mutex.lock();
    try {
      if (bytes <= maxBytes || sizes.isEmpty()) {
        return null;
      }
      Map.Entry<String, Long> oldest = sizes.entrySet().iterator().next();
      String name = oldest.getKey();
      bytes -= oldest.getValue();
      sizes.remove(name);
      return name;
    } finally {
      mutex.unlock();
    }
  }

  private void remove(byte[] name) {
    try {
      directory.remove(name, false);
    } catch (ErrnoException gone) {
      // Removed by an operator; the next start counts what is there.
    }
  }

  @Override
  public void close() {
    directory.close();
  }
}
