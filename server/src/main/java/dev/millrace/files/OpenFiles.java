package dev.millrace.files;

import dev.millrace.file.FileStat;
import dev.millrace.file.OpenFailure;
import dev.millrace.uring.ErrnoException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps regular files open between requests, so that asking again costs one fstat(2) and no
 * resolution. Event thread only.
 *
 * <p>A file that is kept is asked each time whether it is what it was, which also shows that it was
 * renamed, replaced or removed. What happens to directories and symbolic links on the way does not
 * show, so a path is resolved anew from time to time. What was not asked for since then is closed
 * by {@link #sweep}, or the space of a large file that was removed would not come back.
 *
 * <p>That a file has no variant is remembered for as long: a client that accepts a coding would
 * cost a look-up with each request. Other names that are not there are looked up each time, so that
 * a file is found as soon as it is there.
 */
public final class OpenFiles implements FileAccess {
  private final FileAccess next;
  private final int most;
  private final long validNanos;
  private final Runnable whenExhausted;
  private final Map<Path, OpenFile> files = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Path, Absence> absences = new LinkedHashMap<>(16, 0.75f, true);
  private boolean closed;
  private final AtomicLong hits = new AtomicLong();
  private final AtomicLong misses = new AtomicLong();

  /** Bytes of a path, compared as such. */
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
   * A variant that there is not.
   *
   * @param sinceNanos when it did, as {@link System#nanoTime}
   */
  private record Absence(OpenFailure why, long sinceNanos) {}

  /**
   * @param next opens what is not kept
   * @param most files kept at once; those asked for longest ago are closed first; and as many
   *     absences
   * @param validNanos how long a path is taken to lead to the same unchanged file
   * @param whenExhausted run when there was no descriptor to open a file with, and these were given
   *     up, to give up others
   */
  public OpenFiles(FileAccess next, int most, long validNanos, Runnable whenExhausted) {
    this.next = next;
    this.most = most;
    this.validNanos = validNanos;
    this.whenExhausted = whenExhausted;
  }

  @Override
  public void root(@Nullable Root root) {
    clear();
    next.root(root);
  }

  @Override
  public int generation() {
    return next.generation();
  }

  @Override
  public void open(byte[] path, OpenCallback callback) {
    open(new Path(path), callback, false);
  }

  @Override
  public void openVariant(byte[] path, OpenCallback callback) {
    open(new Path(path), callback, true);
  }

  private void open(Path key, OpenCallback callback, boolean variant) {
    OpenFile kept = files.get(key);
    if (kept != null) {
      if (System.nanoTime() - kept.openedNanos() < validNanos && kept.isUnchanged()) {
        hits.lazySet(hits.getPlain() + 1);
        callback.opened(kept.share());
        return;
      }
      files.remove(key);
      kept.close();
    } else if (variant) {
      Absence absence = absences.get(key);
      if (absence != null && System.nanoTime() - absence.sinceNanos() < validNanos) {
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
                keep(key, new Absence(why, System.nanoTime()));
              }
              callback.failed(why);
            }
          }
        });
  }

  private void keep(Path key, OpenFile file) {
    OpenFile before = files.put(key, file.share());
    if (before != null) {
      before.close(); // opened twice at once
    }
    if (files.size() > most) {
      Iterator<OpenFile> oldest = files.values().iterator();
      oldest.next().close();
      oldest.remove();
    }
  }

  private void keep(Path key, Absence absence) {
    absences.put(key, absence);
    if (absences.size() > most) {
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

  /** Opens that needed no resolution. Any thread. */
  public long hits() {
    return hits.get();
  }

  /** Opens that went on to the file system. Any thread. */
  public long misses() {
    return misses.get();
  }

  /** Closes and forgets what would not be used again without being resolved. */
  public void sweep() {
    long now = System.nanoTime();
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

  /** Closes what is kept, and keeps nothing more; opening goes on. */
  public void close() {
    closed = true;
    clear();
  }

  /** Closes what is kept; opening goes on. */
  public void clear() {
    files.values().forEach(OpenFile::close);
    files.clear();
    absences.clear();
  }
}
