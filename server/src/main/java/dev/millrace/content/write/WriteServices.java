package dev.millrace.content.write;

import dev.millrace.content.Mount;
import dev.millrace.content.WriteRule;
import dev.millrace.content.lock.LockTable;
import dev.millrace.digest.Algorithm;
import dev.millrace.digest.IndexedFile;
import dev.millrace.files.Root;
import dev.millrace.files.StagingArea;
import dev.millrace.limits.ClientKey;
import dev.millrace.sync.ThreadPool;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What the writes of all loops share. Any thread. */
public final class WriteServices {
  private static final Logger LOG = Logger.getLogger("dev.millrace.write");

  private static final int MAX_LOCKS = 10_000;

  private final UploadSettings settings;
  private static final long SWEEP_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final ActiveUploads active = new ActiveUploads();
  private final KeptDigests kept = new KeptDigests();
  private final AtomicLong sweptNanos = new AtomicLong(System.nanoTime());
  private final LockTable locks = new LockTable(MAX_LOCKS);
  private final Supplier<ThreadPool> threads;
  private final Consumer<IndexedFile> whenStored;
  private final BiFunction<Algorithm, byte[], List<IndexedFile>> holding;
  private final WriteStats stats = new WriteStats();
  private final AtomicInteger uploads = new AtomicInteger();
  private final Map<ClientKey, Integer> perClient = new ConcurrentHashMap<>();
  private final ReentrantLock commits = new ReentrantLock();

  /**
   * @param threads the threads that write and hash; started by the first write
   * @param whenStored gets each new file with its digests; any thread
   * @param holding finds the files of the index that have a digest; may wait for a disk
   */
  public WriteServices(
      UploadSettings settings,
      Supplier<ThreadPool> threads,
      Consumer<IndexedFile> whenStored,
      BiFunction<Algorithm, byte[], List<IndexedFile>> holding) {
    this.settings = settings;
    this.threads = threads;
    this.whenStored = whenStored;
    this.holding = holding;
  }

  public UploadSettings settings() {
    return settings;
  }

  public ThreadPool threads() {
    return threads.get();
  }

  /** Removes expired uploads if that was not done recently. Worker threads. */
  void sweepSometimes(StagingArea area) {
    long now = System.nanoTime();
    long last = sweptNanos.get();
    if (now - last > SWEEP_NANOS && sweptNanos.compareAndSet(last, now)) {
      try {
        int _ = area.sweep(settings.expirySeconds());
      } catch (IOException failed) {
        LOG.log(Level.WARNING, "expired uploads are not removed: {0}", failed.toString());
      }
    }
  }

  /** The requests that use files of resumable uploads. */
  ActiveUploads active() {
    return active;
  }

  /** Digests of the files of resumable uploads. */
  KeptDigests kept() {
    return kept;
  }

  /** The locks of all mounts. */
  public LockTable locks() {
    return locks;
  }

  /** The locks that exist now. */
  public int lockCount() {
    return locks.size();
  }

  public WriteStats stats() {
    return stats;
  }

  /** Uploads in progress. */
  public int uploads() {
    return uploads.get();
  }

  /**
   * Removes what killed processes have left in a mount. Any thread.
   *
   * @param root held by the caller until this returns
   */
  public void sweep(Mount mount, Root root) {
    List<WriteRule> rules = mount.policy().writeRules();
    if (rules.isEmpty()) {
      return;
    }
    Root held = root.hold();
    boolean accepted =
        threads()
            .trySpawn(() -> {
              try {
                for (WriteRule rule : rules) {
                  sweep(Target.staging(mount, held, rule), rule);
                }
              } finally {
                held.release();
              }
            });
    if (!accepted) {
      held.release();
    }
  }

  private void sweep(StagingArea area, WriteRule rule) {
    try {
      int removed = area.sweep(settings.expirySeconds());
      if (removed > 0) {
        LOG.info(removed + " unfinished uploads removed below " + rule.prefix().decoded());
      }
    } catch (IOException failed) {
      LOG.log(Level.WARNING, "unfinished uploads are not removed: {0}", failed.toString());
    }
  }

  /** The files of the index that have a digest. Worker threads. */
  List<IndexedFile> holding(Algorithm algorithm, byte[] digest) {
    return holding.apply(algorithm, digest);
  }

  /** Adds a file with its digests to the index. */
  public void stored(IndexedFile file) {
    whenStored.accept(file);
  }

  /**
   * Held while a worker checks the preconditions of a request and changes the name, so that of two
   * requests with one condition one fails.
   */
  public ReentrantLock commits() {
    return commits;
  }

  /**
   * Counts an upload as begun.
   *
   * @param client null if it has no Internet address
   * @throws WriteException 503 if there are too many
   */
  void begin(@Nullable ClientKey client) throws WriteException {
    if (uploads.incrementAndGet() > settings.max()) {
      uploads.decrementAndGet();
      throw new WriteException(StatusCodes.SERVICE_UNAVAILABLE, "too many uploads are in progress");
    }
    if (client != null && perClient.merge(client, 1, Integer::sum) > settings.maxPerClient()) {
      end(client);
      throw new WriteException(
          StatusCodes.SERVICE_UNAVAILABLE, "too many uploads of this client are in progress");
    }
  }

  /** Counts an upload as ended. */
  void end(@Nullable ClientKey client) {
    uploads.decrementAndGet();
    if (client != null) {
      perClient.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
    }
  }
}
