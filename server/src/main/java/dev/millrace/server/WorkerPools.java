package dev.millrace.server;

import dev.millrace.metrics.ServerMetrics;
import dev.millrace.sync.ThreadPool;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The worker threads: a pool for passwords and challenges, and if there are several mounts a pool
 * for each of them, so that a file system that does not answer delays its own mount only. Any
 * thread.
 */
final class WorkerPools {
  private static final String NAME = "worker";

  private final List<ThreadPool> all = new ArrayList<>();

  /**
   * Starts the threads.
   *
   * @param mounts how many there are
   * @param start starts a pool with a name
   */
  WorkerPools(int mounts, Function<String, ThreadPool> start) {
    all.add(start.apply(NAME));
    for (int i = 0; mounts > 1 && i < mounts; i++) {
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

  void register(ServerMetrics metrics) {
    metrics.pool(NAME, general());
    for (int i = 1; i < all.size(); i++) {
      metrics.pool(nameOf(i - 1), all.get(i));
    }
  }

  /** Runs what is queued and joins the threads, each pool as a step of its own. */
  void close(BoundedStop stop) {
    for (ThreadPool pool : all) {
      stop.step("a worker pool", pool::close);
    }
  }

  void close() {
    all.forEach(ThreadPool::close);
  }
}
