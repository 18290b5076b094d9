package dev.millrace.content.compress;

import dev.millrace.content.compress.CompressionStats.Outcome;
import dev.millrace.digest.Algorithm;
import dev.millrace.digest.DigestSource;
import dev.millrace.digest.Digests;
import dev.millrace.digest.FileVersion;
import dev.millrace.digest.IndexedFile;
import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import dev.millrace.http.semantics.ContentCoding;
import dev.millrace.loop.LoopExecutors;
import dev.millrace.sync.SyncThread;
import dev.millrace.uring.ErrnoException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the compressed forms of files for one loop, and has missing ones made. A request waits for
 * a small file only. Loop thread only.
 */
public final class Compression implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace.compress");

  /** Smaller files fit into one packet. */
  private static final long LEAST_BYTES = 1 << 10;

  /** Compression of so much takes a few milliseconds, so the request waits for it. */
  private static final long SMALL_BYTES = 64 << 10;

  private static final int MAX_PENDING = 256;

  /** The digest of a version that is younger is not computed at once. */
  private static final long SETTLED_MILLIS = 200;

  private static final int NICENESS = 19;

  private static final ThreadLocal<Boolean> LOWERED =
      ThreadLocal.withInitial(() -> {
        SyncThread.lowerPriority(NICENESS);
        return true;
      });

  /** Receives the result of {@link #find}. */
  public interface Callback {
    /** The callee owns the file and closes it. */
    void found(OpenFile form, ContentCoding coding);

    /** There is none now; a later request may find it. */
    void absent();
  }

  /** A compression that is not complete. */
  private record Pending(FileVersion version, ContentCoding coding) {}

  private record Waiter(OpenFile source, Callback callback) {}

  private final CompressedFiles files;
  private final CompressionSettings settings;
  private final DigestSource digests;
  private final Consumer<IndexedFile> known;
  private final Supplier<LoopExecutors> background;
  private final Map<Pending, List<Waiter>> pending = new HashMap<>();
  private final Map<CompressedName, OpenFile> open = new HashMap<>();
  private int removals;

  /**
   * @param known gets the digests of compressed forms; any thread
   * @param background runs long compressions, and this loop
   */
  public Compression(
      CompressedFiles files,
      CompressionSettings settings,
      DigestSource digests,
      Consumer<IndexedFile> known,
      Supplier<LoopExecutors> background) {
    this.files = files;
    this.settings = settings;
    this.digests = digests;
    this.known = known;
    this.background = background;
  }

  /** The codings, in order of preference. */
  public List<ContentCoding> codings() {
    return settings.codings();
  }

  /**
   * Finds the compressed form of a file.
   *
   * @param source open until the callback has run
   * @param codings acceptable ones, best first; not empty
   * @param workers run short compressions, for which the callback waits
   * @param callback may run before this method returns
   */
  public void find(
      OpenFile source, List<ContentCoding> codings, LoopExecutors workers, Callback callback) {
    FileStat stat = source.stat();
    if (stat.sizeBytes() < LEAST_BYTES || stat.sizeBytes() > settings.maxBytes()) {
      callback.absent();
      return;
    }
    ContentCoding coding = codings.getFirst();
    Digests sourceDigests = digests.known(stat);
    if (sourceDigests.get(Algorithm.SHA_256) != null) {
      CompressedName name = name(sourceDigests, coding);
      OpenFile form = find(name);
      if (form != null) {
        callback.found(form.derivedFrom(source.share()), coding);
        return;
      }
      if (files.isIncompressible(name)) {
        callback.absent();
        return;
      }
    }
    Pending key = new Pending(FileVersion.of(stat), coding);
    if (stat.sizeBytes() <= SMALL_BYTES && isSettled(stat)) {
      prepare(key, source, workers, new Waiter(source, callback));
    } else {
      prepare(key, source, background.get(), null);
      callback.absent();
    }
  }

  private CompressedName name(Digests sourceDigests, ContentCoding coding) {
    return CompressedName.of(sourceDigests, coding, settings.level(coding));
  }

  /** A share of the form, or null if there is none. */
  private @Nullable OpenFile find(CompressedName name) {
    if (removals != files.removals()) {
      removals = files.removals();
      closeFiles(); // those that were evicted are among them
    }
    OpenFile form = open.get(name);
    if (form == null) {
      form = files.find(name);
      if (form == null) {
        return null;
      }
      open.put(name, form);
    }
    return form.share();
  }

  private static boolean isSettled(FileStat stat) {
    long changed =
        TimeUnit.SECONDS.toMillis(stat.changedSeconds())
            + TimeUnit.NANOSECONDS.toMillis(stat.changedNanos());
    return System.currentTimeMillis() - changed > SETTLED_MILLIS;
  }

  /** Has a form made, unless that is under way. */
  private void prepare(
      Pending key, OpenFile source, LoopExecutors executors, @Nullable Waiter waiter) {
    List<Waiter> waiters = pending.get(key);
    if (waiters != null) {
      if (waiter != null) {
        waiters.add(waiter);
      }
      return;
    }
    if (pending.size() >= MAX_PENDING) {
      files.stats().ended(Outcome.BUSY);
      if (waiter != null) {
        waiter.callback().absent();
      }
      return;
    }
    waiters = new ArrayList<>(1);
    if (waiter != null) {
      waiters.add(waiter);
    }
    pending.put(key, waiters);
    OpenFile own = source.share();
    digests.require(
        own,
        Set.of(Algorithm.SHA_256),
        new DigestSource.Callback() {
          @Override
          public void known(Digests sourceDigests) {
            start(key, own, name(sourceDigests, key.coding()), executors);
          }

          @Override
          public void unavailable(DigestSource.Unavailable why) {
            own.close();
            files
                .stats()
                .ended(
                    switch (why) {
                      case BUSY -> Outcome.BUSY;
                      case CHANGED -> Outcome.CHANGED;
                      case UNREADABLE -> Outcome.FAILED;
                    });
            end(key, null);
          }
        });
  }

  /** Starts the work for a file whose digest is known. Closes the source. */
  private void start(Pending key, OpenFile source, CompressedName name, LoopExecutors executors) {
    OpenFile there = files.find(name);
    if (there != null || files.isIncompressible(name)) { // another file has the same content
      source.close();
      if (there != null) {
        there.close();
      }
      end(key, name);
      return;
    }
    OpenFile own;
    try {
      own = source.duplicate();
    } catch (ErrnoException noDescriptor) {
      files.stats().ended(Outcome.BUSY);
      end(key, null);
      return;
    } finally {
      source.close();
    }
    executors.call(
        () -> {
          if (own.stat().sizeBytes() > SMALL_BYTES) {
            var _ = LOWERED.get();
          }
          try (own) {
            return new CompressionTask(files, name, own, known).run();
          }
        },
        _ -> end(key, name),
        failure -> {
          if (failure instanceof RejectedExecutionException) {
            own.close();
            files.stats().ended(Outcome.BUSY);
          } else {
            LOG.log(Level.SEVERE, "a compression failed", failure);
          }
          end(key, null);
        });
  }

  /** Responds to those who wait. */
  private void end(Pending key, @Nullable CompressedName name) {
    List<Waiter> waiters = pending.remove(key);
    for (Waiter waiter : waiters == null ? List.<Waiter>of() : waiters) {
      try {
        OpenFile form = name == null ? null : find(name);
        if (form == null) {
          waiter.callback().absent();
        } else {
          waiter.callback().found(form.derivedFrom(waiter.source().share()), key.coding());
        }
      } catch (RuntimeException | Error defect) {
        LOG.log(Level.SEVERE, "a compression's callback failed", defect); // the others still run
      }
    }
  }

  private void closeFiles() {
    open.values().forEach(OpenFile::close);
    open.clear();
  }

  /** Closes the files. The loop has ended. */
  @Override
  public void close() {
    closeFiles();
  }
}
