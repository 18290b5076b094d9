package outside;

import dev.millrace.sync.Condition;
import dev.millrace.sync.Mutex;
import dev.millrace.sync.ThreadPool;
import dev.millrace.sync.WaitGroup;
import java.util.ArrayDeque;

/** Two producers and two consumers share a queue of four; prints the sum of what was consumed. */
class ProducersAndConsumers {
  static final Mutex mutex = new Mutex();
  static final Condition changed = new Condition();
  static final ArrayDeque<Integer> queue = new ArrayDeque<>();
  static long sum;

  public static void main(String[] arguments) {
    WaitGroup done = new WaitGroup();
    try (ThreadPool pool = new ThreadPool(new ThreadPool.Config("pool", 4, 10))) {
      for (int i = 0; i < 2; i++) {
        pool.spawn(done, () -> { for (int item = 1; item <= 1000; item++) produce(item); });
        pool.spawn(done, () -> { for (int item = 1; item <= 1000; item++) consume(); });
      }
      done.await();
    }
    System.out.println(sum);
  }

  static void produce(int item) {
    try (var _ = mutex.locked()) {
      changed.awaitUntil(mutex, () -> queue.size() < 4);
      queue.add(item);
    }
    changed.broadcast();
  }

  static void consume() {
    try (var _ = mutex.locked()) {
      changed.awaitUntil(mutex, () -> !queue.isEmpty());
      sum += queue.remove();
    }
    changed.broadcast();
  }
}
