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
 * <p>An exception of its body goes to the thread's {@linkplain Thread.UncaughtExceptionHandler
 * uncaught exception handler}; {@link #join} returns nevertheless. Thread-local state belongs in a
 * {@link ScopedValue} or {@link ThreadLocal}, Zig's {@code threadlocal}.
 *
 * <p>Source: lib/std/Thread.zig ({@code spawn}, {@code join}, {@code detach}).
 */
public final class SyncThread {
  private static final CFunction SETPRIORITY = CFunction.ofLibc("setpriority");
  private static final CFunction SYSCALL = CFunction.ofLibc("syscall");

  private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");
  private static final long SYS_SCHED_SETATTR = AARCH64 ? 274 : 314;
  private static final long SYS_SCHED_GETATTR = AARCH64 ? 275 : 315;

  /**
   * Size of the first version of {@code struct sched_attr}, which ends with {@code sched_period}.
   */
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
   * The properties of a thread.
   *
   * @param name shown in thread dumps and, up to 15 characters, by the kernel
   * @param stackSizeBytes 0 for the JVM's default; rounded up to a whole page; only a hint
   */
  public record Config(String name, long stackSizeBytes) {
    /**
     * @throws IllegalArgumentException if the name is blank or the size negative
     */
    public Config {
      if (name.isBlank()) {
        throw new IllegalArgumentException("name must not be blank");
      }
      if (stackSizeBytes < 0) {
        throw new IllegalArgumentException(
            "stackSizeBytes must not be negative, was " + stackSizeBytes);
      }
    }

    /** A thread with this name and the default stack. */
    public static Config named(String name) {
      return new Config(name, 0);
    }
  }

  /**
   * Permanently lowers the calling thread's priority, as nice(1) does; best effort.
   *
   * @param niceness 1 to 19, the lowest priority (setpriority(2))
   */
  public static void lowerPriority(int niceness) {
    lowerPriority(0, niceness);
  }

  /**
   * Lowers the priority of any thread of the process, including the JVM's own.
   *
   * @param thread the kernel's thread id (gettid(2)), or 0 for the calling thread
   * @param niceness as in {@link #lowerPriority(int)}
   */
  public static void lowerPriority(int thread, int niceness) {
    if (niceness < 1 || niceness > 19) {
      throw new IllegalArgumentException("niceness must be 1 to 19, was " + niceness);
    }
    // PRIO_PROCESS is 0. Linux applies it to a single thread.
    var _ = SETPRIORITY.call(0, thread, niceness);
  }

  /**
   * Requests short scheduler slices: the calling thread runs for a shorter time at once, and sooner
   * after a wakeup although other threads are running. Its share of the processor does not change.
   * Permanent, best effort, and needs no privilege. Effective since Linux 6.12, for threads of the
   * default policy only (sched_setattr(2), {@code sched_runtime} with SCHED_OTHER).
   *
   * @param nanos 100 000 to 100 000 000
   */
  public static void requestSlice(long nanos) {
    if (nanos < 100_000 || nanos > 100_000_000) {
      throw new IllegalArgumentException(
          "nanos must be 100000 to 100000000 (0.1 to 100 ms), was " + nanos + " ns");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(SCHED_ATTR_BYTES, 8);
      if (schedAttributes(attributes) == 0 && attributes.get(JAVA_INT, AT_POLICY) == SCHED_OTHER) {
        attributes.set(JAVA_LONG, AT_RUNTIME, nanos);
        var _ = SYSCALL.call(SYS_SCHED_SETATTR, 0, attributes.address(), 0);
      }
    }
  }

  /** The calling thread's slice, 0 if the kernel does not report it. */
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
   * Starts a thread that runs {@code body}. It keeps the process alive until it ends, even if
   * detached.
   *
   * @throws OutOfMemoryError if the system cannot create a thread
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
   * Waits until the thread has ended; its actions happen before the return. Ignores {@link
   * Thread#interrupt} and keeps the interrupt status. Joining again returns at once.
   *
   * @throws IllegalStateException if the thread is detached or is the calling thread
   */
  public void join() {
    timedJoin(Deadline.NEVER);
  }

  /**
   * Like {@link #join}, until {@code deadline} at most.
   *
   * @return false if the deadline passed
   * @throws IllegalStateException if the thread is detached or is the calling thread
   */
  public boolean timedJoin(Deadline deadline) {
    if (detached) {
      throw new IllegalStateException("join of the detached thread '" + name() + "'");
    }
    if (thread == Thread.currentThread()) {
      throw new IllegalStateException("the thread '" + name() + "' cannot join itself");
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
   * Gives up the right to join.
   *
   * @throws IllegalStateException if already detached
   */
  public void detach() {
    if (detached) {
      throw new IllegalStateException("the thread '" + name() + "' is already detached");
    }
    detached = true;
  }

  public String name() {
    return thread.getName();
  }

  public boolean isCurrent() {
    return thread == Thread.currentThread();
  }

  /** The Java thread, for dumps and tests. */
  public Thread javaThread() {
    return thread;
  }
}
