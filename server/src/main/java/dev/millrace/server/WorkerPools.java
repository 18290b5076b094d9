package dev.millrace.server;

import dev.millrace.metrics.ServerMetrics;
import dev.millrace.sync.ThreadPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The worker threads: a pool for passwords and challenges, and if there are several mounts a pool
 * for each of them, so that a file system that does not answer delays its own mount only, one for
 * uploads, and one for compression. Any thread.
 */
final class WorkerPools {
  private static final String NAME = "worker";

  private static final String WRITERS = "write";
  private static final String COMPRESSORS = "compress";

  private final List<ThreadPool> all = new CopyOnWriteArrayList<>();
  private @Nullable ThreadPool writers;
  private @Nullable ThreadPool compressors;
  private @Nullable ServerMetrics metrics;
  private final Function<String, ThreadPool> start;

  /**
   * Starts the threads.
   *
   * @param mounts how many there are
   * @param start starts a pool with a name
   */
  WorkerPools(int mounts, Function<String, ThreadPool> start) {
    this.start = start;
    all.add(start.apply(NAME));
    grow(mounts);
  }

  /** Starts the pools that more mounts need. One thread at a time. */
  void grow(int mounts) {
    for (int i = all.size() - 1; mounts > 1 && i < mounts; i++) {
      all.add(start.apply(nameOf(i)));
    }
  }

  private static String nameOf(int mount) {
    return "mount-" + mount;
  }

  /** The pool of work that concerns no mount. */
  ThreadPool general() {
    return all.getFirst();
  }

  /** The pool of work on a mount's files. */
  ThreadPool of(int mount) {
    return all.size() == 1 ? general() : all.get(1 + mount);
  }

  /** The pool of uploads, which starts when it is first used. */
  synchronized ThreadPool writers() {
    ThreadPool pool = writers;
    if (pool == null) {
      pool = startLate(WRITERS);
      writers = pool;
    }
    return pool;
  }

  /** The pool of long compressions, which starts when it is first used. */
  synchronized ThreadPool compressors() {
    ThreadPool pool = compressors;
    if (pool == null) {
      pool = startLate(COMPRESSORS);
      compressors = pool;
    }
    return pool;
  }

  private synchronized ThreadPool startLate(String name) {
    ThreadPool pool = start.apply(name);
    if (metrics != null) {
      metrics.pool(name, pool);
    }
    return pool;
  }

  private synchronized List<ThreadPool> started() {
    List<ThreadPool> started = new ArrayList<>(all);
    Stream.of(writers, compressors).filter(Objects::nonNull).forEach(started::add);
    return started;
  }

  synchronized void register(ServerMetrics metrics) {
    this.metrics = metrics;
    metrics.pool(NAME, general());
    registerFrom(0, metrics);
  }

  /** Adds the pools of a mount and of those after it. */
  void registerFrom(int mount, ServerMetrics metrics) {
    for (int i = mount + 1; i < all.size(); i++) {
      metrics.pool(nameOf(i - 1), all.get(i));
    }
  }

  /** How many mounts have a pool of their own. */
  int own() {
    return all.size() - 1;
  }

  /** Runs what is queued and joins the threads, each pool as a step of its own. */
  void close(BoundedStop stop) {
    for (ThreadPool pool : started()) {
      stop.step("a worker pool", pool::close);
    }
  }

  void close() {
    started().forEach(ThreadPool::close);
  }
}
