package dev.millrace.sync.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Optional;

/** Shared libraries, C memory, and the calling thread's {@code errno}. Any thread. */
public final class Native {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /** Freed with the thread: a slot belongs to one thread and never outlives its last call. */
  private static final ThreadLocal<MemorySegment> ERRNO_STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private Native() {}

  /** The C library and the other libraries that the runtime loads by default. */
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
   * Allocates zeroed memory whose pages use no physical memory before they are written to, unlike
   * memory from {@link Arena#allocate}, which Java writes to. Freed with the arena.
   *
   * @param bytes at least 1 MiB to have a benefit
   * @param alignment a power of two
   * @throws OutOfMemoryError if no memory is available
   */
  public static MemorySegment untouched(long bytes, long alignment, Arena arena) {
    MemorySegment block = MemorySegment.ofAddress(Blocks.CALLOC.call(1, bytes + alignment));
    if (block.address() == 0) {
      throw new OutOfMemoryError("calloc of " + bytes + " bytes");
    }
    MemorySegment owned = block.reinterpret(bytes + alignment, arena, Native::free);
    return owned.asSlice(-owned.address() & (alignment - 1), bytes);
  }

  private static void free(MemorySegment block) {
    var _ = Blocks.FREE.call(block.address());
  }

  private static final class Blocks {
    static final CFunction CALLOC = CFunction.ofLibc("calloc");
    static final CFunction FREE = CFunction.ofLibc("free");

    private Blocks() {}
  }

  /** The calling thread's slot for {@code errno}; other threads must not use it. */
  static MemorySegment errnoState() {
    return ERRNO_STATE.get();
  }

  /** The error number stored in {@code state} by the last call that captures it. */
  static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  /** Reads a C string up to its NUL as UTF-8. */
  public static String string(MemorySegment pointer) {
    return pointer.reinterpret(Integer.MAX_VALUE).getString(0);
  }

  /** Whether pointers are 64 bits wide and the byte order is little-endian. */
  public static boolean isLittleEndian64() {
    return ValueLayout.ADDRESS.byteSize() == 8
        && java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;
  }
}
