package dev.millrace.content.compress;

import dev.millrace.files.GeneratedFile;
import dev.millrace.files.OpenFile;
import dev.millrace.sync.Mutex;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The compressed forms that can be served: open files, in memory or in the directory of state.
 * Their number and their size are bounded; the least recently used ones are evicted first. Any
 * thread, except where a method says otherwise.
 */
public final class CompressedFiles implements AutoCloseable {
  private static final int MAX_INCOMPRESSIBLE = 65_536;
  private static final String LABEL = "millrace-compressed";

  private final long maxBytes;
  private final int maxOpen;
  private final @Nullable Path state;
  private final CompressionStats stats = new CompressionStats();
  private final Mutex mutex = new Mutex(); // held for a lookup only

  /** Open files, the least recently used first. */
  private final Map<CompressedName, OpenFile> open = new LinkedHashMap<>(64, 0.75f, true);

  /** Names of content that compression does not make smaller. */
  private final Map<CompressedName, Boolean> incompressible =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CompressedName, Boolean> eldest) {
          return size() > MAX_INCOMPRESSIBLE;
        }
      };

  private long bytes;
  private boolean closed;
  private final AtomicInteger removals = new AtomicInteger();

  /** Opened by the first compression. */
  private @Nullable CompressedDirectory directory;

  /**
   * @param maxBytes maximum size of all compressed forms
   * @param maxOpen maximum number of descriptors, at least 1
   * @param state directory that keeps them across restarts, or null for none
   */
  public CompressedFiles(long maxBytes, int maxOpen, @Nullable Path state) {
    this.maxBytes = maxBytes;
    this.maxOpen = maxOpen;
    this.state = state;
  }

  /** Maximum size of all compressed forms. */
  long maxBytes() {
    return maxBytes;
  }

  public CompressionStats stats() {
    return stats;
  }

  /** A duplicate of the file, which the caller owns and closes; null if there is none. */
  @Nullable OpenFile find(CompressedName name) {
    mutex.lock();
    try {
      OpenFile file = open.get(name);
      return file == null ? null : file.duplicate();
    } catch (ErrnoException noDescriptor) {
      return null;
    } finally {
      mutex.unlock();
    }
  }

  /** Whether compression does not make the content smaller, or has failed. */
  boolean isIncompressible(CompressedName name) {
    mutex.lock();
    try {
      return incompressible.get(name) != null;
    } finally {
      mutex.unlock();
    }
  }

  void incompressible(CompressedName name) {
    mutex.lock();
    try {
      incompressible.put(name, true);
    } finally {
      mutex.unlock();
    }
  }

  /** A number that changes when files are evicted, whose duplicates should be closed then. */
  int removals() {
    return removals.get();
  }

  /** Number of open files. */
  public int count() {
    mutex.lock();
    try {
      return open.size();
    } finally {
      mutex.unlock();
    }
  }

  /** Size of the open files. */
  public long bytes() {
    mutex.lock();
    try {
      return bytes;
    } finally {
      mutex.unlock();
    }
  }

  // ---- worker threads --------------------------------------------------------------------------

  private synchronized @Nullable CompressedDirectory directory() throws IOException {
    if (directory == null && state != null) {
      directory = CompressedDirectory.open(state, maxBytes, stats);
    }
    return directory;
  }

  /** A file of the directory of state, which the caller owns; null if there is none. */
  @Nullable OpenFile load(CompressedName name) throws IOException {
    CompressedDirectory there = directory();
    return there == null ? null : there.find(name);
  }

  /** Removes a file of the directory of state, because it is damaged. */
  void discard(CompressedName name) throws IOException {
    CompressedDirectory there = directory();
    if (there != null) {
      there.remove(name);
    }
  }

  /** Writes the content of a new file. */
  @FunctionalInterface
  interface Writer {
    /** Returns the complete and checked file, or null if it shall not be kept. */
    @Nullable OpenFile write(GeneratedFile into) throws IOException;
  }

  /** Makes a file; null if the writer returned null. The caller owns the result. */
  @Nullable OpenFile make(CompressedName name, Writer writer) throws IOException {
    CompressedDirectory there = directory();
    if (there == null) {
      try (GeneratedFile file = GeneratedFile.inMemory(LABEL)) {
        return writer.write(file);
      }
    }
    CompressedDirectory.Unpublished unpublished = there.create();
    boolean published = false;
    try (GeneratedFile file = unpublished.file();
        OpenFile written = writer.write(file)) {
      if (written == null) {
        return null;
      }
      there.publish(unpublished, name, written.stat().sizeBytes());
      published = true;
      return there.find(name);
    } finally {
      if (!published) {
        there.discard(unpublished);
      }
    }
  }

  /** Serves a file from now on. This object owns it. */
  void add(CompressedName name, OpenFile file) {
    List<OpenFile> removed = new ArrayList<>();
    mutex.lock();
    try {
      if (closed) {
        removed.add(file);
      } else {
        OpenFile before = open.put(name, file);
        bytes += file.stat().sizeBytes();
        if (before != null) {
          bytes -= before.stat().sizeBytes();
          removed.add(before);
        }
        evict(removed);
      }
    } finally {
      mutex.unlock();
    }
    if (!removed.isEmpty()) {
      removals.incrementAndGet();
      removed.forEach(OpenFile::close); // frees the memory, which takes a while
    }
  }

  /** Removes the least recently used files that exceed the limits. With the mutex. */
  private void evict(List<OpenFile> removed) {
    Iterator<OpenFile> oldest = open.values().iterator();
    while (bytes > maxBytes || open.size() > maxOpen) {
      OpenFile evicted = oldest.next();
      oldest.remove();
      bytes -= evicted.stat().sizeBytes();
      removed.add(evicted);
      if (state == null) {
        stats.evicted();
      }
    }
  }

  /** Closes the files. No worker uses this object. */
  @Override
  public void close() {
    mutex.lock();
    try {
      closed = true;
      open.values().forEach(OpenFile::close);
      open.clear();
      bytes = 0;
    } finally {
      mutex.unlock();
    }
    synchronized (this) {
      if (directory != null) {
        directory.close();
        directory = null;
      }
    }
  }
}
