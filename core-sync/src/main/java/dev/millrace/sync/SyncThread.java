package dev.millrace.sync;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.ffi.CFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
  private static final CFunction SYSCALL = CFunction.ofLibc("syscall");

  private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");
  private static final long SYS_SCHED_SETATTR = AARCH64 ? 274 : 314;
  private static final long SYS_SCHED_GETATTR = AARCH64 ? 275 : 315;

  /** {@code struct sched_attr} as far as {@code sched_period}, the first version's. */
  private static final int SCHED_ATTR_BYTES = 48;

  private static final int AT_POLICY = 4;
  private static final int AT_RUNTIME = 24;
  private static final int SCHED_OTHER = 0;

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
    lowerPriority(0, niceness);
  }

  /**
   * Lowers that of any thread of the process, as those of the JVM itself.
   *
   * @param thread the kernel's number (gettid(2)), or 0 for the calling one
   * @param niceness as in {@link #lowerPriority(int)}
   */
  public static void lowerPriority(int thread, int niceness) {
    if (niceness < 1 || niceness > 19) {
      throw new IllegalArgumentException("niceness is 1 to 19, was " + niceness);
    }
    // Which 0 is PRIO_PROCESS, and who a thread: Linux has priorities by thread.
    var _ = SETPRIORITY.call(0, thread, niceness);
  }

  /**
   * Asks for short slices of a processor: the calling thread runs for less long at a time, and soon
   * after it wakes, though others are running. Its share is what it was. Best effort, for good, and
   * nothing that needs a privilege. Linux knows it since 6.12, and for threads of the usual policy
   * only (sched_setattr(2), {@code sched_runtime} with SCHED_OTHER).
   *
   * @param nanos 100 000 to 100 000 000
   */
  public static void requestSlice(long nanos) {
    if (nanos < 100_000 || nanos > 100_000_000) {
      throw new IllegalArgumentException("a slice is 0.1 to 100 ms, was " + nanos + " ns");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(SCHED_ATTR_BYTES, 8);
      if (schedAttributes(attributes) == 0 && attributes.get(JAVA_INT, AT_POLICY) == SCHED_OTHER) {
        attributes.set(JAVA_LONG, AT_RUNTIME, nanos);
        var _ = SYSCALL.call(SYS_SCHED_SETATTR, 0, attributes.address(), 0);
      }
    }
  }

  /** The slice that the calling thread was given, 0 if the kernel does not say. */
  static long sliceNanos() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(SCHED_ATTR_BYTES, 8);
      return schedAttributes(attributes) == 0 ? attributes.get(JAVA_LONG, AT_RUNTIME) : 0;
    }
  }

  private static long schedAttributes(MemorySegment into) {
    return SYSCALL.call(SYS_SCHED_GETATTR, 0, into.address(), SCHED_ATTR_BYTES, 0, 0);
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
