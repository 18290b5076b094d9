package dev.millrace.sync.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * A function of C that takes up to six integers or addresses and returns one, or nothing.
 *
 * <p>Every such function is called in one way, with six registers; one that takes fewer does not
 * look at the rest, nor one that takes {@code int} at the upper halves. So the runtime makes the
 * code for one kind of call, where it would take some ten milliseconds of a start for each
 * signature, which no cache keeps. That holds for functions with an ellipsis too, on the two
 * machines that are supported: x86-64 passes the number of vector registers, none, to all, and
 * Linux on aarch64 makes no difference.
 *
 * <p>An address passed as a number does not keep its segment alive: it is the caller's to hold, as
 * an open arena, a field or a thread's own memory does. Keep a function in a {@code static final}
 * field: only then does the compiler know its address.
 *
 * <p>Safe for use by all threads.
 *
 * @param address where it is
 */
public record CFunction(MemorySegment address) {
  private static final FunctionDescriptor SIX =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  /** Of those whose result alone tells of failure. */
  private static final class Plain {
    static final MethodHandle CALL = Linker.nativeLinker().downcallHandle(SIX);

    private Plain() {}
  }

  /** Of those that leave the reason in {@code errno}. */
  private static final class WithErrno {
    static final MethodHandle CALL =
        Linker.nativeLinker().downcallHandle(SIX, Linker.Option.captureCallState("errno"));

    private WithErrno() {}
  }

  /**
   * A function of the C library.
   *
   * @throws UnsatisfiedLinkError if there is no such symbol
   */
  public static CFunction ofLibc(String symbol) {
    return of(Native.libc(), symbol);
  }

  /**
   * A function of a library.
   *
   * @throws UnsatisfiedLinkError if it has no such symbol
   */
  public static CFunction of(SymbolLookup library, String symbol) {
    return new CFunction(
        library
            .find(symbol)
            .orElseThrow(
                () -> new UnsatisfiedLinkError("no symbol '" + symbol + "' in the library")));
  }

  /** Makes the code for calls ahead of the first. */
  public static void link() {
    var _ = Plain.CALL;
    var _ = WithErrno.CALL;
  }

  // ---- functions that return a result, whatever it means
  // -----------------------------------------

  /** Calls it; of a function that returns {@code int} the upper half means nothing. */
  public long call(long a) {
    return call(a, 0, 0, 0, 0, 0);
  }

  /** As {@link #call(long)}. */
  public long call(long a, long b) {
    return call(a, b, 0, 0, 0, 0);
  }

  /** As {@link #call(long)}. */
  public long call(long a, long b, long c) {
    return call(a, b, c, 0, 0, 0);
  }

  /** As {@link #call(long)}. */
  public long call(long a, long b, long c, long d) {
    return call(a, b, c, d, 0, 0);
  }

  /** As {@link #call(long)}. */
  public long call(long a, long b, long c, long d, long e, long f) {
    try {
      return (long) Plain.CALL.invokeExact(address, a, b, c, d, e, f);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  // ---- functions that return -1 and leave the reason in errno
  // ------------------------------------

  /** Calls a function that returns {@code int}; its result, or {@code -errno}. */
  public int intOrErrno(long a) {
    return intOrErrno(a, 0, 0, 0, 0);
  }

  /** As {@link #intOrErrno(long)}. */
  public int intOrErrno(long a, long b) {
    return intOrErrno(a, b, 0, 0, 0);
  }

  /** As {@link #intOrErrno(long)}. */
  public int intOrErrno(long a, long b, long c) {
    return intOrErrno(a, b, c, 0, 0);
  }

  /** As {@link #intOrErrno(long)}. */
  public int intOrErrno(long a, long b, long c, long d) {
    return intOrErrno(a, b, c, d, 0);
  }

  /** As {@link #intOrErrno(long)}. */
  public int intOrErrno(long a, long b, long c, long d, long e) {
    MemorySegment state = Native.errnoState();
    int result = (int) callWithErrno(state, a, b, c, d, e);
    return result < 0 ? -Native.errno(state) : result;
  }

  /** Calls a function that returns {@code long}; its result, or {@code -errno}. */
  public long longOrErrno(long a, long b, long c) {
    return longOrErrno(a, b, c, 0, 0);
  }

  /** As {@link #longOrErrno(long, long, long)}. */
  public long longOrErrno(long a, long b, long c, long d) {
    return longOrErrno(a, b, c, d, 0);
  }

  /** As {@link #longOrErrno(long, long, long)}. */
  public long longOrErrno(long a, long b, long c, long d, long e) {
    MemorySegment state = Native.errnoState();
    long result = callWithErrno(state, a, b, c, d, e);
    return result < 0 ? -Native.errno(state) : result;
  }

  private long callWithErrno(MemorySegment state, long a, long b, long c, long d, long e) {
    try {
      return (long) WithErrno.CALL.invokeExact(address, state, a, b, c, d, e, 0L);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }
}
