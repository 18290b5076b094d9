package dev.millrace.files;

import dev.millrace.file.FileStat;
import dev.millrace.file.OpenFailure;
import dev.millrace.loop.LoopOwner;
import dev.millrace.uring.ErrnoException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps regular files open between requests, so that a repeated request costs one fstat(2) and no
 * path resolution. Loop thread only.
 *
 * <p>Each use checks that the file's status is unchanged, which also detects that it was renamed,
 * replaced or removed. Changes of directories and symbolic links on the path are not detected, so a
 * path is resolved anew from time to time. {@link #sweep} closes files that were not requested
 * since, because otherwise the space of a large removed file would stay allocated.
 *
 * <p>The absence of a variant is cached for the same time; otherwise each request of a client that
 * accepts a content coding would cost a lookup. The absence of other names is not cached, so a new
 * file is found at once.
 */
public final class OpenFiles implements FileAccess {
  private final LoopOwner owner = new LoopOwner();
  private final FileAccess next;
  private final int max;
  private final long validNanos;
  private final Runnable whenExhausted;
  private final Map<Path, OpenFile> files = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Path, Absence> absences = new LinkedHashMap<>(16, 0.75f, true);
  private boolean closed;
  private final AtomicLong hits = new AtomicLong();
  private final AtomicLong misses = new AtomicLong();

  /** A path's bytes, as a map key. */
  private static final class Path {
    private final byte[] bytes;
    private final int hash;

    Path(byte[] bytes) {
      this.bytes = bytes;
      this.hash = Arrays.hashCode(bytes);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Path path && hash == path.hash && Arrays.equals(bytes, path.bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /**
   * The cached absence of a variant.
   *
   * @param sinceNanos when the lookup failed, by {@link #nowNanos}
   */
  private record Absence(OpenFailure why, long sinceNanos) {}

  /**
   * @param next opens files that are not cached
   * @param max number of cached files, and likewise of cached absences; the least recently used
   *     ones are evicted first
   * @param validNanos how long a path is assumed to lead to the same unchanged file
   * @param whenExhausted run when no descriptor was free and all cached files have been closed, so
   *     that other caches release descriptors too
   */
  public OpenFiles(FileAccess next, int max, long validNanos, Runnable whenExhausted) {
    this.next = next;
    this.max = max;
    this.validNanos = validNanos;
    this.whenExhausted = whenExhausted;
  }

  @Override
  public void root(@Nullable Root root) {
    closeAll(); // also by the thread that stops the server, after the loop has ended
    next.root(root);
  }

  @Override
  public @Nullable Root root() {
    return next.root();
  }

  @Override
  public int generation() {
    return next.generation();
  }

  @Override
  public long nowNanos() {
    return next.nowNanos();
  }

  @Override
  public void open(byte[] path, OpenCallback callback) {
    assert owner.isCurrent();
    open(new Path(path), callback, false);
  }

  @Override
  public void openVariant(byte[] path, OpenCallback callback) {
    assert owner.isCurrent();
    open(new Path(path), callback, true);
  }

  private void open(Path key, OpenCallback callback, boolean variant) {
    assert owner.isCurrent();
    OpenFile kept = files.get(key);
    if (kept != null) {
      if (nowNanos() - kept.openedNanos() < validNanos && kept.isUnchanged()) {
        hits.lazySet(hits.getPlain() + 1);
        callback.opened(kept.share());
        return;
      }
      files.remove(key);
      kept.close();
    } else if (variant) {
      Absence absence = absences.get(key);
      if (absence != null && nowNanos() - absence.sinceNanos() < validNanos) {
        hits.lazySet(hits.getPlain() + 1);
        callback.failed(absence.why());
        return;
      }
    }
    misses.lazySet(misses.getPlain() + 1);
    openNew(key, callback, variant, true);
  }

  private void openNew(Path key, OpenCallback callback, boolean variant, boolean mayRetry) {
    int generation = next.generation();
    next.open(
        key.bytes,
        new OpenCallback() {
          @Override
          public void opened(OpenFile file) {
            absences.remove(key);
            if (!closed && file.stat().isRegularFile() && generation == next.generation()) {
              keep(key, file);
            }
            callback.opened(file);
          }

          @Override
          public void failed(OpenFailure why) {
            if (why == OpenFailure.EXHAUSTED && mayRetry && !files.isEmpty()) {
              clear();
              whenExhausted.run();
              openNew(key, callback, variant, false);
            } else {
              if (variant && !closed && why.isAbsence() && generation == next.generation()) {
                keep(key, new Absence(why, nowNanos()));
              }
              callback.failed(why);
            }
          }
        });
  }

  private void keep(Path key, OpenFile file) {
    OpenFile before = files.put(key, file.share());
    if (before != null) {
      before.close(); // two opens were in flight
    }
    if (files.size() > max) {
      Iterator<OpenFile> oldest = files.values().iterator();
      oldest.next().close();
      oldest.remove();
    }
  }

  private void keep(Path key, Absence absence) {
    absences.put(key, absence);
    if (absences.size() > max) {
      Iterator<Absence> oldest = absences.values().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  @Override
  public void read(
      OpenFile file, long offset, ReadBuffer buffer, int length, ReadCallback callback) {
    next.read(file, offset, buffer, length, callback);
  }

  @Override
  public boolean sendsFiles() {
    return next.sendsFiles();
  }

  @Override
  public FileStat stat(OpenFile file) throws ErrnoException {
    return next.stat(file);
  }

  @Override
  public DirectoryScan scan(OpenFile directory, byte[] path) {
    return next.scan(directory, path);
  }

  /** Opens served from the cache, without path resolution. Any thread. */
  public long hits() {
    return hits.get();
  }

  /** Opens passed on to the file system. Any thread. */
  public long misses() {
    return misses.get();
  }

  /** Closes expired files and removes expired absences. */
  public void sweep() {
    assert owner.isCurrent();
    long now = nowNanos();
    files
        .values()
        .removeIf(file -> {
          boolean stale = now - file.openedNanos() >= validNanos;
          if (stale) {
            file.close();
          }
          return stale;
        });
    absences.values().removeIf(absence -> now - absence.sinceNanos() >= validNanos);
  }

  /** Closes all cached files and caches no more. Opening still works. */
  public void close() {
    assert owner.isCurrent();
    closed = true;
    closeAll();
  }

  /** Closes all cached files. */
  public void clear() {
    assert owner.isCurrent();
    closeAll();
  }

  private void closeAll() {
    files.values().forEach(OpenFile::close);
    files.clear();
    absences.clear();
  }
}
