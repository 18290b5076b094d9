package dev.millrace.sync;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.ffi.Errno;
import dev.millrace.sync.ffi.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Blocks a thread on four bytes of native memory until another wakes it (futex(2), private).
 *
 * <p>Any platform thread may call. Waiting holds a virtual thread's carrier.
 */
public final class Futex {
  private static final long SYS_FUTEX =
      switch (System.getProperty("os.arch")) {
        case "aarch64" -> 98;
        default -> 202;
      };
  private static final int WAIT_PRIVATE = 128;
  private static final int WAKE_PRIVATE = 1 | 128;

  /** {@code long syscall(SYS_futex, word, op, value, timeout, word2, value3)}. */
  private static final MethodHandle SYSCALL =
      Native.variadicWithErrno(
          Native.libc(),
          "syscall",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT),
          1);

  private Futex() {}

  /**
   * Blocks while {@code word} holds {@code expected}, until woken. May return spuriously.
   *
   * @param word four bytes, aligned to four
   */
  public static void wait(MemorySegment word, int expected) {
    int errno = call(word, WAIT_PRIVATE, expected, MemorySegment.NULL);
    switch (errno) {
      case 0, Errno.EAGAIN, Errno.EINTR -> {}
      default -> throw new IllegalStateException("futex wait: " + Errno.describe(errno));
    }
  }

  /**
   * Like {@link #wait(MemorySegment, int)}, for {@code timeoutNanos} at most.
   *
   * @return false if the time ran out
   */
  public static boolean timedWait(MemorySegment word, int expected, long timeoutNanos) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment timespec = arena.allocate(16, 8);
      timespec.set(JAVA_LONG, 0, timeoutNanos / 1_000_000_000L);
      timespec.set(JAVA_LONG, 8, timeoutNanos % 1_000_000_000L);
      int errno = call(word, WAIT_PRIVATE, expected, timespec);
      return switch (errno) {
        case 0, Errno.EAGAIN, Errno.EINTR -> true;
        case Errno.ETIMEDOUT -> false;
        default -> throw new IllegalStateException("futex wait: " + Errno.describe(errno));
      };
    }
  }

  /** Wakes at most {@code maxWaiters} threads blocked on {@code word}. */
  public static void wake(MemorySegment word, int maxWaiters) {
    int errno = call(word, WAKE_PRIVATE, maxWaiters, MemorySegment.NULL);
    if (errno != 0) {
      throw new IllegalStateException("futex wake: " + Errno.describe(errno));
    }
  }

  private static int call(MemorySegment word, int operation, int value, MemorySegment timeout) {
    MemorySegment state = Native.errnoState();
    long result;
    try {
      result =
          (long)
              SYSCALL.invokeExact(
                  state, SYS_FUTEX, word, operation, value, timeout, MemorySegment.NULL, 0);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
    return result >= 0 ? 0 : Native.errno(state);
  }
}
