package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.function.Executable;

/**
 * Threads of a test, with a watchdog: a crew that does not come home in time fails the test with a
 * dump of every thread instead of hanging it.
 *
 * <p>Built on the JDK's own locks on purpose: what is tested does not test itself.
 */
final class Crew {
  /** Both kinds behave the same at every primitive. */
  enum Kind {
    PLATFORM,
    VIRTUAL;

    Thread unstarted(String name, Runnable body) {
      return switch (this) {
        case PLATFORM -> Thread.ofPlatform().daemon().name(name).unstarted(body);
        case VIRTUAL -> Thread.ofVirtual().name(name).unstarted(body);
      };
    }
  }

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Long enough for a thread that would return to have done so. */
  private static final Duration STILL_WAITING = Duration.ofMillis(60);

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Kind kind;

  Crew(Kind kind) {
    this.kind = kind;
  }

  /** Runs {@code body} on {@code count} threads that start together, and waits for all. */
  static void run(Kind kind, int count, IntConsumer body) {
    Crew crew = new Crew(kind);
    CountDownLatch ready = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      int index = i;
      crew.start(() -> {
        ready.countDown();
        ready.await();
        body.accept(index);
      });
    }
    crew.join();
  }

  interface Body {
    void run() throws Exception;
  }

  Thread start(Body body) {
    Thread thread =
        kind.unstarted(
            "crew-" + threads.size(),
            () -> {
              try {
                body.run();
              } catch (Throwable thrown) {
                failure.compareAndSet(null, thrown);
              }
            });
    threads.add(thread);
    thread.start();
    return thread;
  }

  /** Waits for every thread; fails with a dump if one does not end, or with what one threw. */
  void join() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Thread thread : threads) {
      try {
        long leftNanos = Math.max(1, deadline - System.nanoTime());
        if (!thread.join(Duration.ofNanos(leftNanos))) {
          fail("'" + thread.getName() + "' did not end; lost wake-up?\n" + dump(), failure.get());
        }
      } catch (InterruptedException unexpected) {
        fail(unexpected);
      }
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      fail("a thread of the crew threw", thrown);
    }
  }

  /** Asserts that {@code thread} neither ends nor has ended. */
  static void assertBlocked(Thread thread) {
    try {
      assertFalse(thread.join(STILL_WAITING), thread.getName() + " should be waiting");
    } catch (InterruptedException unexpected) {
      fail(unexpected);
    }
  }

  /** What the exception says that {@code misuse} must throw. */
  static String messageOf(Class<? extends Throwable> expected, Executable misuse) {
    return String.valueOf(assertThrows(expected, misuse).getMessage());
  }

  static void sleepMillis(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException unexpected) {
      fail(unexpected);
    }
  }

  private String dump() {
    StringBuilder dump = new StringBuilder(256);
    for (Map.Entry<Thread, StackTraceElement[]> entry : Thread.getAllStackTraces().entrySet()) {
      append(dump, entry.getKey(), entry.getValue());
    }
    for (Thread thread : threads) {
      if (thread.isVirtual() && thread.isAlive()) {
        append(dump, thread, thread.getStackTrace());
      }
    }
    return dump.toString();
  }

  private static void append(StringBuilder dump, Thread thread, StackTraceElement[] trace) {
    dump.append('\n').append(thread).append(' ').append(thread.getState()).append('\n');
    for (StackTraceElement frame : trace) {
      dump.append("    at ").append(frame).append('\n');
    }
  }
}
