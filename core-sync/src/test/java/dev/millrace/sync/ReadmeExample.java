package dev.millrace.sync;

/** The example of core-sync's README, which {@link ReadmeTest} holds to these lines. */
final class ReadmeExample {
  private ReadmeExample() {}

  // example starts
  static long sumOfSquares(int upTo) {
    Mutex mutex = new Mutex();
    WaitGroup group = new WaitGroup();
    long[] sum = new long[1];
    try (ThreadPool pool = new ThreadPool(new ThreadPool.Config("squares", 2, 64))) {
      for (int i = 1; i <= upTo; i++) {
        long number = i;
        pool.spawn(
            group,
            () -> {
              mutex.lock();
              try {
                sum[0] += number * number;
              } finally {
                mutex.unlock();
              }
            });
      }
      pool.waitAndWork(group);
    }
    return sum[0];
  }
  // example ends
}
