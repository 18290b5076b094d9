package dev.millrace.sync.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Downcall handles into shared libraries, and the calling thread's {@code errno}.
 *
 * <p>A handle is meant to live in a {@code static final} field: only then does the compiler inline
 * it. A call that reports failure through {@code errno} is linked by {@link #withErrno}: its handle
 * takes {@link #errnoState()} as its first argument, and {@link #errno} reads the number
 * afterwards. A call that returns {@code -errno} itself (liburing) is linked by {@link #plain}.
 *
 * <p>Safe for use by all threads.
 */
public final class Native {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /** Freed with the thread: a slot belongs to one thread and never outlives its last call. */
  private static final ThreadLocal<MemorySegment> ERRNO_STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private Native() {}

  /** The C library and whatever else the runtime has loaded by default. */
  public static SymbolLookup libc() {
    return LIBC;
  }

  /**
   * Opens a shared library by its soname ({@code "liburing.so.2"}) or path, for the life of the
   * process.
   *
   * @return its symbols, or empty if the dynamic loader does not find it
   */
  public static Optional<SymbolLookup> library(String name) {
    try {
      return Optional.of(
          name.indexOf('/') < 0
              ? SymbolLookup.libraryLookup(name, Arena.global())
              : SymbolLookup.libraryLookup(Path.of(name), Arena.global()));
    } catch (IllegalArgumentException notFound) {
      return Optional.empty();
    }
  }

  /**
   * Links a function whose result alone tells of failure.
   *
   * @throws UnsatisfiedLinkError if the library has no such symbol
   */
  public static MethodHandle plain(
      SymbolLookup library,
      String symbol,
      FunctionDescriptor descriptor,
      Linker.Option... options) {
    return LINKER.downcallHandle(find(library, symbol), descriptor, options);
  }

  /**
   * Links a short function that never blocks and never enters the kernel; the garbage collector
   * waits for it, so nothing slow may be linked this way ({@link Linker.Option#critical}).
   *
   * @throws UnsatisfiedLinkError if the library has no such symbol
   */
  public static MethodHandle leaf(
      SymbolLookup library, String symbol, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(find(library, symbol), descriptor, Linker.Option.critical(false));
  }

  /**
   * Links a function that reports failure through {@code errno}. The handle's first parameter is
   * the segment of {@link #errnoState()}.
   *
   * @throws UnsatisfiedLinkError if the library has no such symbol
   */
  public static MethodHandle withErrno(
      SymbolLookup library, String symbol, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(find(library, symbol), descriptor, CAPTURE_ERRNO);
  }

  /**
   * Links a variadic function that reports failure through {@code errno}.
   *
   * @param fixedArguments how many of the descriptor's arguments stand before the ellipsis
   * @throws UnsatisfiedLinkError if the library has no such symbol
   */
  public static MethodHandle variadicWithErrno(
      SymbolLookup library, String symbol, FunctionDescriptor descriptor, int fixedArguments) {
    return LINKER.downcallHandle(
        find(library, symbol),
        descriptor,
        CAPTURE_ERRNO,
        Linker.Option.firstVariadicArg(fixedArguments));
  }

  /**
   * Links a variadic function whose result alone tells of failure.
   *
   * @param fixedArguments how many of the descriptor's arguments stand before the ellipsis
   * @throws UnsatisfiedLinkError if the library has no such symbol
   */
  public static MethodHandle variadic(
      SymbolLookup library, String symbol, FunctionDescriptor descriptor, int fixedArguments) {
    return plain(library, symbol, descriptor, Linker.Option.firstVariadicArg(fixedArguments));
  }

  /**
   * Memory of zeros that takes no room before it is written to, page by page, unlike what {@link
   * Arena#allocate} gives, which has been written to. Freed with the arena.
   *
   * @param bytes at least 1 MiB for this to be worth anything
   * @param alignment a power of two
   * @throws OutOfMemoryError if there is none
   */
  public static MemorySegment untouched(long bytes, long alignment, Arena arena) {
    MemorySegment block;
    try {
      block = (MemorySegment) Blocks.CALLOC.invokeExact(1L, bytes + alignment);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
    if (block.address() == 0) {
      throw new OutOfMemoryError("calloc of " + bytes + " bytes");
    }
    MemorySegment owned = block.reinterpret(bytes + alignment, arena, Native::free);
    return owned.asSlice(-owned.address() & (alignment - 1), bytes);
  }

  private static void free(MemorySegment block) {
    try {
      Freeing.FREE.invokeExact(block);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  private static final class Blocks {
    static final MethodHandle CALLOC =
        plain(
            LIBC,
            "calloc",
            FunctionDescriptor.of(
                ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

    private Blocks() {}
  }

  private static final class Freeing {
    static final MethodHandle FREE =
        plain(LIBC, "free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private Freeing() {}
  }

  /** The calling thread's slot for {@code errno}; do not hand it to another thread. */
  public static MemorySegment errnoState() {
    return ERRNO_STATE.get();
  }

  /** The error number that the last call linked by {@link #withErrno} left in {@code state}. */
  public static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  /** A C string's bytes up to its NUL, read as UTF-8. */
  public static String string(MemorySegment pointer) {
    return pointer.reinterpret(Integer.MAX_VALUE).getString(0);
  }

  /** Whether this machine's {@code long} and pointers are 64 bits wide and little-endian. */
  public static boolean isLittleEndian64() {
    return ValueLayout.ADDRESS.byteSize() == 8
        && java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;
  }

  private static MemorySegment find(SymbolLookup library, String symbol) {
    return library
        .find(symbol)
        .orElseThrow(() -> new UnsatisfiedLinkError("no symbol '" + symbol + "' in the library"));
  }
}
