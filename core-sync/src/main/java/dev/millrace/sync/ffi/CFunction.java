package dev.millrace.sync.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * A C function that takes up to six integers or addresses and returns one, or nothing.
 *
 * <p>Every function is called in the same way, with six argument registers. A function with fewer
 * parameters ignores the rest, and one with {@code int} parameters ignores the upper halves. So the
 * runtime generates the code of one call shape only. Each further signature would cost about ten
 * milliseconds at start, which no cache saves. This also holds for variadic functions on the two
 * supported architectures: on x86-64 every call passes the number of vector registers, zero, and
 * Linux on aarch64 makes no difference.
 *
 * <p>An address passed as a number does not keep its segment alive. The caller must hold the
 * segment, for example by an open arena, a field or thread-local memory. Keep a function in a
 * {@code static final} field: only then is its address a constant for the compiler.
 *
 * <p>Any thread.
 *
 * @param address of the function
 */
public record CFunction(MemorySegment address) {
  private static final FunctionDescriptor SIX =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  /** For functions whose result alone reports failure. */
  private static final class Plain {
    static final MethodHandle CALL = Linker.nativeLinker().downcallHandle(SIX);

    private Plain() {}
  }

  /** For functions that store the reason in {@code errno}. */
  private static final class WithErrno {
    static final MethodHandle CALL =
        Linker.nativeLinker().downcallHandle(SIX, Linker.Option.captureCallState("errno"));

    private WithErrno() {}
  }

  /**
   * A function of the C library.
   *
   * @throws UnsatisfiedLinkError if the symbol does not exist
   */
  public static CFunction ofLibc(String symbol) {
    return of(Native.libc(), symbol);
  }

  /**
   * A function of a library.
   *
   * @throws UnsatisfiedLinkError if the symbol does not exist
   */
  public static CFunction of(SymbolLookup library, String symbol) {
    return new CFunction(
        library
            .find(symbol)
            .orElseThrow(
                () -> new UnsatisfiedLinkError("no symbol '" + symbol + "' in the library")));
  }

  /** Generates the call code before the first call. */
  public static void link() {
    var _ = Plain.CALL;
    var _ = WithErrno.CALL;
  }

  // ---- functions whose result is returned as is ----------------------------------------------

  /** Calls the function. If it returns {@code int}, the upper half of the result is undefined. */
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

  // ---- functions that return -1 and set errno ------------------------------------------------

  /** Calls a function that returns {@code int}; returns its result, or {@code -errno}. */
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

  /** Calls a function that returns {@code long}; returns its result, or {@code -errno}. */
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
