package dev.millrace.sync;

import dev.millrace.sync.ffi.CFunction;
import java.time.Duration;

/**
 * A platform thread with a name and a stack size, to be joined or detached.
 *
 * <p>What its body throws goes to the thread's {@linkplain Thread.UncaughtExceptionHandler uncaught
 * exception handler}; {@link #join} returns all the same. State of its own belongs in a {@link
 * ScopedValue} or {@link ThreadLocal}, Zig's {@code threadlocal}.
 *
 * <p>Source: lib/std/Thread.zig ({@code spawn}, {@code join}, {@code detach}).
 */
public final class SyncThread {
  private static final CFunction SETPRIORITY = CFunction.ofLibc("setpriority");

  private final Thread thread;
  private volatile boolean detached;

  private SyncThread(Thread thread) {
    this.thread = thread;
  }

  /**
   * How to start a thread.
   *
   * @param name shown in thread dumps and, up to 15 characters, by the kernel
   * @param stackSizeBytes 0 for the JVM's default; rounded up to a whole page, and a hint
   */
  public record Config(String name, long stackSizeBytes) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the name is blank or the size negative
     */
    public Config {
      if (name.isBlank()) {
        throw new IllegalArgumentException("a thread needs a name");
      }
      if (stackSizeBytes < 0) {
        throw new IllegalArgumentException(
            "stackSizeBytes must not be negative, was " + stackSizeBytes);
      }
    }

    /** A thread of that name with the default stack. */
    public static Config named(String name) {
      return new Config(name, 0);
    }
  }

  /**
   * Lowers the calling thread's priority, as nice(1) does; best effort, and for good.
   *
   * @param niceness 1 to 19, the least urgent (setpriority(2))
   */
  public static void lowerPriority(int niceness) {
    if (niceness < 1 || niceness > 19) {
      throw new IllegalArgumentException("niceness is 1 to 19, was " + niceness);
    }
    // Which 0 is PRIO_PROCESS, and who 0 the calling thread: Linux has priorities by thread.
    var _ = SETPRIORITY.call(0, 0, niceness);
  }

  /**
   * Starts a thread that runs {@code body}. It keeps the process alive until it ends, detached or
   * not.
   *
   * @throws OutOfMemoryError if the system has no thread left to give
   */
  public static SyncThread spawn(Config config, Runnable body) {
    Thread thread =
        Thread.ofPlatform()
            .name(config.name())
            .stackSize(config.stackSizeBytes())
            .daemon(false)
            .unstarted(body);
    SyncThread spawned = new SyncThread(thread);
    thread.start();
    return spawned;
  }

  /**
   * Waits until the thread has ended; what it did happens before the return. Ignores {@link
   * Thread#interrupt} and keeps the interrupt status. Joining again returns at once.
   *
   * @throws IllegalStateException if it is detached, or is the calling thread
   */
  public void join() {
    timedJoin(Deadline.NEVER);
  }

  /**
   * Like {@link #join}, until {@code deadline} at most.
   *
   * @return false if the deadline passed
   * @throws IllegalStateException if it is detached, or is the calling thread
   */
  public boolean timedJoin(Deadline deadline) {
    if (detached) {
      throw new IllegalStateException("join of the detached thread '" + name() + "'");
    }
    if (thread == Thread.currentThread()) {
      throw new IllegalStateException("the thread '" + name() + "' joins itself");
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          if (deadline.isNever()) {
            thread.join();
            return true;
          }
          return thread.join(Duration.ofNanos(deadline.remainingNanos()));
        } catch (InterruptedException again) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Gives up the right to join; nobody waits for the thread any more.
   *
   * @throws IllegalStateException if it is detached already
   */
  public void detach() {
    if (detached) {
      throw new IllegalStateException("the thread '" + name() + "' is detached already");
    }
    detached = true;
  }

  /** The name given in its {@link Config}. */
  public String name() {
    return thread.getName();
  }

  /** Whether the calling thread is this one. */
  public boolean isCurrent() {
    return thread == Thread.currentThread();
  }

  /** The Java thread, for dumps and tests. */
  public Thread javaThread() {
    return thread;
  }
}
