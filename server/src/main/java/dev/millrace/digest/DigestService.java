package dev.millrace.digest;

import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import dev.millrace.loop.DroppableTask;
import dev.millrace.loop.LoopOwner;
import dev.millrace.sync.ThreadPool;
import dev.millrace.uring.ErrnoException;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Returns known digests of files or computes them: one pass over a version of a file, however many
 * callers request it.
 *
 * <pre>
 *   require ──known──► respond
 *      │ unknown
 *      ├──a job reads this version already──► wait for it
 *      ├──too many jobs──► BUSY at once
 *      └──► new job ──► hashing threads, a quantum each in turn ──► cache, store, respond
 *   background ──► the same without a caller that waits, few at a time
 * </pre>
 *
 * <p>Owned by one loop thread, which also runs the callbacks, except where a method says otherwise.
 * Other loop threads use {@link CrossLoopDigests}.
 */
public final class DigestService implements DigestSource {
  /**
   * The service's limits.
   *
   * @param jobs files being read for callers
   * @param background files queued in the background; more are dropped
   * @param backgroundRunning background files read at once
   * @param parts parts of files, queued or being hashed
   * @param remembered versions whose digests are cached in memory
   */
  public record Limits(int jobs, int background, int backgroundRunning, int parts, int remembered) {
    public static final Limits DEFAULT = new Limits(1024, 1024, 1, 2048, 1 << 18);

    /** These limits with another limit of files being read for callers. */
    public Limits withJobs(int jobs) {
      return new Limits(jobs, background, backgroundRunning, parts, remembered);
    }

    /** These limits, lowered so that at most {@code max} files are open, one descriptor each. */
    public Limits withDescriptors(int max) {
      return new Limits(
          Math.clamp(max / 4, 1, jobs),
          Math.clamp(max / 4, 1, background),
          backgroundRunning,
          Math.clamp(max / 2, 1, parts),
          remembered);
    }

    /** Capacity that the hashing threads' queue needs so that no task is dropped. */
    public int tasks() {
      return jobs + backgroundRunning + parts;
    }
  }

  private static final Logger LOG = Logger.getLogger("dev.millrace.digest");
  private final LoopOwner owner = new LoopOwner();
  private final ThreadPool threads;
  private final Executor events;
  private final DigestStore store;
  private final Limits limits;
  private final DigestCache remembered;
  private final DigestJobs jobs = new DigestJobs();
  private final ArrayDeque<DigestJob> background = new ArrayDeque<>();
  private int backgroundRunning;
  private int parts;
  private final AtomicLong computed = new AtomicLong();
  private final AtomicLong coalesced = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong hashedBytes = new AtomicLong();
  private volatile int waiting;
  private Consumer<FileVersion> whenKnown = version -> {};
  private volatile boolean stopped;

  /**
   * @param threads hashing threads of this service alone, with a queue of {@link Limits#tasks}
   * @param events runs a task on the loop thread
   */
  public DigestService(ThreadPool threads, Executor events, DigestStore store, Limits limits) {
    this.threads = threads;
    this.events = events;
    this.store = store;
    this.limits = limits;
    this.remembered = new DigestCache(limits.remembered());
  }

  @Override
  public Digests known(FileStat stat) {
    return remembered.get(FileVersion.of(stat));
  }

  /**
   * Sets the listener of files of which more digests became known. It runs on the loop thread,
   * before the waiting callbacks. Call this before the first digest is requested.
   */
  public void whenKnown(Consumer<FileVersion> listener) {
    whenKnown = listener;
  }

  /** The files that had this digest, as in {@link DigestStore#holding}. Any thread. */
  public List<IndexedFile> holding(Algorithm algorithm, byte[] digest) {
    return store.holding(algorithm, digest);
  }

  /**
   * Takes over the digests of a file that were computed while it was written. The index gets those
   * of a file with a path. Any thread.
   */
  public void learned(IndexedFile file) {
    if (file.path() != null) {
      store.save(file);
    }
    Digests _ = remembered.add(file.version(), file.digests());
  }

  @Override
  public void require(OpenFile file, Set<Algorithm> algorithms, Callback callback) {
    assert owner.isCurrent();
    FileVersion version = FileVersion.of(file.stat());
    Digests known = known(file.stat());
    if (known.hasAll(algorithms)) {
      callback.known(known);
      return;
    }
    DigestJob job = jobs.find(version, algorithms);
    if (job != null) {
      coalesced.incrementAndGet();
      job.waiters().add(callback);
      if (!isFull() && background.remove(job)) {
        start(job);
      }
      return;
    }
    if (isFull()) {
      refuse(callback);
      return;
    }
    job = open(file, version, algorithms);
    if (job == null) {
      callback.unavailable(Unavailable.BUSY);
    } else {
      job.waiters().add(callback);
      start(job);
    }
  }

  private void refuse(Callback callback) {
    refused.incrementAndGet();
    callback.unavailable(Unavailable.BUSY);
  }

  private boolean isFull() {
    return jobs.size() - background.size() - backgroundRunning >= limits.jobs();
  }

  @Override
  public void background(OpenFile file, Set<Algorithm> algorithms) {
    assert owner.isCurrent();
    FileVersion version = FileVersion.of(file.stat());
    if (stopped
        || jobs.has(version)
        || background.size() >= limits.background()
        || known(file.stat()).hasAll(algorithms)) {
      return;
    }
    DigestJob job = open(file, version, algorithms);
    if (job != null) {
      background.add(job);
      startBehind();
    }
  }

  @Override
  public void requirePart(
      OpenFile file, Algorithm algorithm, long first, long lengthBytes, Callback callback) {
    assert owner.isCurrent();
    if (lengthBytes > MAX_PART_BYTES) {
      throw new IllegalArgumentException(lengthBytes + " bytes exceed MAX_PART_BYTES");
    }
    if (parts >= limits.parts()) {
      refuse(callback);
      return;
    }
    HashTask task;
    try {
      task =
          new HashTask(
              file.duplicate(), Set.of(algorithm), first, first + lengthBytes, hashedBytes);
    } catch (ErrnoException exhausted) {
      refuse(callback);
      return;
    }
    parts++;
    if (!threads.trySpawn(() -> part(task, callback))) {
      parts--;
      task.close();
      refuse(callback);
    }
  }

  private void part(HashTask task, Callback callback) {
    HashTask.Outcome outcome = HashTask.Outcome.UNREADABLE;
    Digests result = Digests.NONE;
    try {
      outcome = task.runQuantum();
      result = outcome == HashTask.Outcome.DONE ? task.result() : Digests.NONE;
    } catch (RuntimeException | Error defect) {
      outcome = HashTask.Outcome.UNREADABLE;
      LOG.log(Level.SEVERE, "hashing a part failed", defect);
    } finally {
      task.close();
    }
    respondPart(outcome, result, callback);
  }

  private void respondPart(HashTask.Outcome outcome, Digests result, Callback callback) {
    boolean done = outcome == HashTask.Outcome.DONE;
    if (!done) {
      failed.incrementAndGet();
    }
    boolean unreadable = outcome == HashTask.Outcome.UNREADABLE;
    DroppableTask.post(
        events,
        () -> {
          parts--;
          if (done) {
            callback.known(result);
          } else {
            callback.unavailable(unreadable ? Unavailable.UNREADABLE : Unavailable.CHANGED);
          }
        },
        () -> {});
  }

  private @Nullable DigestJob open(OpenFile file, FileVersion version, Set<Algorithm> algorithms) {
    OpenFile own;
    try {
      own = file.duplicate();
    } catch (ErrnoException exhausted) {
      refused.incrementAndGet();
      return null;
    }
    HashTask task = new HashTask(own, algorithms, 0, file.stat().sizeBytes(), hashedBytes);
    DigestJob job = new DigestJob(version, EnumSet.copyOf(algorithms), task);
    jobs.add(job);
    waiting = jobs.size();
    return job;
  }

  private void start(DigestJob job) {
    spawn(job, () -> begin(job));
  }

  /** Queues a step of a job behind those of other jobs. */
  private void spawn(DigestJob job, Runnable step) {
    try {
      if (!threads.trySpawn(() -> guard(job, step))) {
        end(job, Digests.NONE, Unavailable.BUSY);
      }
    } catch (IllegalStateException closed) {
      job.task().close(); // the service is stopped; no callback runs
    }
  }

  private void startBehind() {
    while (backgroundRunning < limits.backgroundRunning() && !background.isEmpty()) {
      DigestJob job = background.removeFirst();
      job.runsBehind();
      backgroundRunning++;
      start(job);
    }
  }

  // ---- hashing threads -------------------------------------------------------------------------

  /** A step that throws fails its job, so the callbacks still run. */
  private void guard(DigestJob job, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error defect) {
      LOG.log(Level.SEVERE, "hashing a file failed", defect);
      end(job, Digests.NONE, Unavailable.UNREADABLE);
    }
  }

  private void begin(DigestJob job) {
    if (stopped) {
      job.task().close();
      return;
    }
    Digests stored = store.load(job.version());
    if (stored.hasAll(job.algorithms())) {
      end(job, stored, null);
    } else {
      quantum(job);
    }
  }

  private void quantum(DigestJob job) {
    if (stopped) {
      job.task().close();
      return;
    }
    switch (job.task().runQuantum()) {
      case MORE -> spawn(job, () -> quantum(job));
      case DONE -> {
        Digests result = job.task().result();
        computed.incrementAndGet();
        store.save(new IndexedFile(job.version(), result, job.task().path()));
        end(job, result, null);
      }
      case CHANGED -> end(job, Digests.NONE, Unavailable.CHANGED);
      case UNREADABLE -> end(job, Digests.NONE, Unavailable.UNREADABLE);
    }
  }

  /** Ends a job on the thread that has it; its file is closed even if the loop has closed. */
  private void end(DigestJob job, Digests result, @Nullable Unavailable why) {
    job.task().close();
    DroppableTask.post(events, () -> ended(job, result, why), () -> {});
  }

  // ---- loop thread ----------------------------------------------------------------------------

  private void ended(DigestJob job, Digests result, @Nullable Unavailable why) {
    jobs.remove(job);
    waiting = jobs.size();
    if (job.isBehind()) {
      backgroundRunning--;
    }
    Digests all = result;
    if (why == null) {
      all = remembered.add(job.version(), result);
      whenKnown.accept(job.version());
    } else if (why == Unavailable.BUSY) {
      refused.addAndGet(job.waiters().size());
    } else {
      failed.incrementAndGet();
    }
    for (Callback waiter : job.waiters()) {
      try {
        if (why == null) {
          waiter.known(all);
        } else {
          waiter.unavailable(why);
        }
      } catch (RuntimeException | Error defect) {
        LOG.log(Level.SEVERE, "a digest callback failed", defect); // the others still run
      }
    }
    startBehind();
  }

  /**
   * Ends every pass at its next quantum; its callbacks do not run. Any thread. The hashing threads
   * can be joined afterwards.
   */
  public void stop() {
    stopped = true;
    DroppableTask.post(events, this::closeBackground, () -> {});
  }

  private void closeBackground() {
    for (DigestJob job : background) {
      job.task().close();
      jobs.remove(job);
    }
    background.clear();
  }

  /** Counts a request that was rejected before it reached the service. Any thread. */
  void countRefused() {
    refused.incrementAndGet();
  }

  /** Passes that produced digests. This method and those below: any thread. */
  public long computed() {
    return computed.get();
  }

  /** Requests that joined the pass of another request. */
  public long coalesced() {
    return coalesced.get();
  }

  /** Passes over files and parts that failed: changed or unreadable. */
  public long failed() {
    return failed.get();
  }

  /** Requests rejected because of a limit. */
  public long refused() {
    return refused.get();
  }

  /** Bytes read for hashing. */
  public long hashedBytes() {
    return hashedBytes.get();
  }

  /** Passes queued or running. */
  public int jobs() {
    return waiting;
  }
}
