package dev.millrace.uring.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.millrace.sync.ffi.CFunction;
import dev.millrace.sync.ffi.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/**
 * Calls into {@code liburing.so.2}, version 2.3 or newer. Functions return a count or zero, or
 * {@code -errno}; none sets {@code errno}.
 *
 * <p>Calling a function fails with {@link ExceptionInInitializerError} if the library is missing:
 * check {@link #missing()} first.
 */
public final class Liburing {
  /** The soname of the library. */
  public static final String SONAME = "liburing.so.2";

  // liburing's functions for these are plain io_uring_register(2) calls.
  private static final int REGISTER_IOWQ_MAX_WORKERS = 19;
  private static final int REGISTER_PBUF_RING = 22;

  private Liburing() {}

  /** Why the library cannot be used, for the operator; empty if it can. */
  public static Optional<String> missing() {
    Optional<SymbolLookup> library = Native.library(SONAME);
    if (library.isEmpty()) {
      return Optional.of(SONAME + " is not installed");
    }
    // The newest symbol in use, exported since 2.3.
    if (library.get().find("io_uring_enter2").isEmpty()) {
      return Optional.of(SONAME + " is older than 2.3");
    }
    return Optional.empty();
  }

  /** io_uring_queue_init_params(3): fills {@code ring} and {@code params}. */
  public static int queueInitParams(int entries, MemorySegment ring, MemorySegment params) {
    return (int) Functions.QUEUE_INIT_PARAMS.call(entries, ring.address(), params.address());
  }

  /** io_uring_queue_exit(3): unmaps and closes the ring. */
  public static void queueExit(MemorySegment ring) {
    var _ = Functions.QUEUE_EXIT.call(ring.address());
  }

  /** io_uring_enter2(2): submits, and waits for completions if {@code minComplete} is not 0. */
  public static int enter2(
      int fd, int toSubmit, int minComplete, int flags, MemorySegment argument, long bytes) {
    return (int) Functions.ENTER2.call(fd, toSubmit, minComplete, flags, argument.address(), bytes);
  }

  /** io_uring_register(2). */
  public static int register(int fd, int opcode, MemorySegment argument, int count) {
    return (int) Functions.REGISTER.call(fd, opcode, argument.address(), count);
  }

  /**
   * io_uring_register_ring_fd(3): saves each enter call the descriptor lookup. Calling thread only.
   */
  public static int registerRingFd(MemorySegment ring) {
    return (int) Functions.REGISTER_RING_FD.call(ring.address());
  }

  /** io_uring_register_buf_ring(3). */
  public static int registerBufRing(MemorySegment ring, MemorySegment registration) {
    return register(ring.get(JAVA_INT, UringStruct.RING_FD), REGISTER_PBUF_RING, registration, 1);
  }

  /** io_uring_register_iowq_max_workers(3): {@code values} are two ints, bounded and unbounded. */
  public static int registerIowqMaxWorkers(MemorySegment ring, MemorySegment values) {
    int fd = ring.get(JAVA_INT, UringStruct.RING_FD);
    return register(fd, REGISTER_IOWQ_MAX_WORKERS, values, 2);
  }

  /** Resolved on first use, so that {@link #missing()} works without the library. */
  private static final class Functions {
    private static final SymbolLookup LIBRARY =
        Native.library(SONAME).orElseThrow(() -> new UnsatisfiedLinkError(SONAME));

    static final CFunction QUEUE_INIT_PARAMS = find("io_uring_queue_init_params");
    static final CFunction QUEUE_EXIT = find("io_uring_queue_exit");
    static final CFunction ENTER2 = find("io_uring_enter2");
    static final CFunction REGISTER = find("io_uring_register");
    static final CFunction REGISTER_RING_FD = find("io_uring_register_ring_fd");

    private static CFunction find(String symbol) {
      return CFunction.of(LIBRARY, symbol);
    }

    private Functions() {}
  }
}
