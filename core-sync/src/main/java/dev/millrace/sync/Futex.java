package dev.millrace.sync;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.ffi.CFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * Blocks a thread on four bytes of native memory until another thread wakes it (futex(2),
 * process-private).
 *
 * <p>The kernel checks the word and sleeps in one step: a waker that first changes the word and
 * then calls {@link #wake} either finds the waiter asleep or makes its wait return at once.
 *
 * <p>Every wait may return spuriously and belongs in a loop that checks the word again. Waiting
 * ignores {@link Thread#interrupt} and keeps the interrupt status. Any thread may call. A platform
 * thread sleeps in the kernel. A virtual thread parks and leaves its carrier free; only {@link
 * #wake} of this class reaches it, not a wake by native code or a ring.
 *
 * <p>Source: lib/std/Thread/Futex.zig; futex(2).
 */
public final class Futex {
  private static final long SYS_FUTEX =
      switch (System.getProperty("os.arch")) {
        case "aarch64" -> 98;
        default -> 202;
      };
  private static final int WAIT_PRIVATE = 128;
  private static final int WAKE_PRIVATE = 1 | 128;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /**
   * {@code long syscall(SYS_futex, word, op, value, timeout)}; the kernel ignores later arguments.
   */
  private static final CFunction SYSCALL = CFunction.ofLibc("syscall");

  /** One {@code struct timespec} per platform thread that has waited with a timeout. */
  private static final ThreadLocal<MemorySegment> TIMESPEC =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(16, 8));

  private Futex() {}

  /**
   * Blocks while {@code word} equals {@code expected}, until woken. May return spuriously.
   *
   * @param word four bytes, aligned to four
   */
  public static void wait(MemorySegment word, int expected) {
    timedWait(word, expected, Deadline.NEVER);
  }

  /**
   * Like {@link #wait(MemorySegment, int)}, for at most {@code timeoutNanos}.
   *
   * @return false on timeout
   */
  public static boolean timedWait(MemorySegment word, int expected, long timeoutNanos) {
    return timedWait(word, expected, Deadline.afterNanos(timeoutNanos));
  }

  /**
   * Like {@link #wait(MemorySegment, int)}, for at most {@code timeout}.
   *
   * @return false on timeout
   */
  public static boolean timedWait(MemorySegment word, int expected, Duration timeout) {
    return timedWait(word, expected, Deadline.after(timeout));
  }

  /**
   * Like {@link #wait(MemorySegment, int)}, until {@code deadline} at most.
   *
   * @return false if the deadline passed
   */
  public static boolean timedWait(MemorySegment word, int expected, Deadline deadline) {
    return sleep(word, expected, deadline) != End.TIMED_OUT;
  }

  enum End {
    /** A {@link #wake} counted this thread as woken. */
    WOKEN,
    /** The word had another value, or a signal handler ran; no wake counted this thread. */
    BY_ITSELF,
    /** The deadline passed; no wake counted this thread. */
    TIMED_OUT
  }

  /** Like {@link #timedWait(MemorySegment, int, Deadline)}, but returns how the wait ended. */
  static End sleep(MemorySegment word, int expected, Deadline deadline) {
    if (Thread.currentThread().isVirtual()) {
      return VirtualWaiters.sleep(word, expected, deadline);
    }
    long timeout = deadline.isNever() ? 0 : timespec(deadline).address();
    long result;
    try {
      result = SYSCALL.longOrErrno(SYS_FUTEX, word.address(), WAIT_PRIVATE, expected, timeout);
    } finally {
      Reference.reachabilityFence(word);
    }
    if (result == 0) {
      return End.WOKEN;
    }
    int errno = (int) -result;
    return switch (errno) {
      case Errno.EAGAIN, Errno.EINTR -> End.BY_ITSELF;
      case Errno.ETIMEDOUT -> End.TIMED_OUT;
      default -> throw failure("FUTEX_WAIT", word, errno);
    };
  }

  /**
   * Wakes at most {@code maxWaiters} threads blocked on {@code word}. The caller must have changed
   * the word before, in any memory order.
   *
   * @param maxWaiters at least 1; {@link Integer#MAX_VALUE} for all
   * @return number of threads woken
   */
  public static int wake(MemorySegment word, int maxWaiters) {
    if (maxWaiters < 1) {
      throw new IllegalArgumentException("maxWaiters must be at least 1, was " + maxWaiters);
    }
    // Orders the caller's change of the word before the check for waiters; see VirtualWaiters.
    VarHandle.fullFence();
    long address = word.address();
    if (!VirtualWaiters.mayHaveWaiters(address)) {
      return wakeInKernel(word, maxWaiters);
    }
    if (VirtualWaiters.isVirtualTurn(address)) {
      int woken = VirtualWaiters.wake(address, maxWaiters);
      return woken == maxWaiters ? woken : woken + wakeInKernel(word, maxWaiters - woken);
    }
    int woken = wakeInKernel(word, maxWaiters);
    return woken == maxWaiters ? woken : woken + VirtualWaiters.wake(address, maxWaiters - woken);
  }

  private static int wakeInKernel(MemorySegment word, int maxWaiters) {
    try {
      // First without errno, so that a virtual thread that wakes others needs no errno slot.
      long result = SYSCALL.call(SYS_FUTEX, word.address(), WAKE_PRIVATE, maxWaiters);
      if (result < 0) {
        long again = SYSCALL.longOrErrno(SYS_FUTEX, word.address(), WAKE_PRIVATE, maxWaiters);
        throw failure("FUTEX_WAKE", word, again < 0 ? (int) -again : 0);
      }
      return (int) result;
    } finally {
      Reference.reachabilityFence(word);
    }
  }

  private static MemorySegment timespec(Deadline deadline) {
    long nanos = deadline.remainingNanos();
    MemorySegment timespec = TIMESPEC.get();
    timespec.set(JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
    timespec.set(JAVA_LONG, 8, nanos % NANOS_PER_SECOND);
    return timespec;
  }

  private static IllegalStateException failure(String operation, MemorySegment word, int errno) {
    return new IllegalStateException(
        operation
            + " on 0x"
            + Long.toHexString(word.address())
            + " (must be four bytes, aligned to four): "
            + Errno.describe(errno));
  }
}
