package dev.millrace.uring.abi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.ffi.Native;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Calls into {@code liburing.so.2}, version 2.3 or newer. Every function returns a count or zero,
 * or {@code -errno}; none sets {@code errno}.
 *
 * <p>Loading this class fails with {@link ExceptionInInitializerError} where the library is
 * missing: ask {@link #missing()} first.
 */
public final class Liburing {
  /** The soname that is loaded. */
  public static final String SONAME = "liburing.so.2";

  // What liburing has a function each for is one call of the kernel's, and so one here.
  private static final int REGISTER_IOWQ_MAX_WORKERS = 19;
  private static final int REGISTER_PBUF_RING = 22;

  private Liburing() {}

  /** Why the library cannot be used, in words for the operator; empty if it can. */
  public static Optional<String> missing() {
    Optional<SymbolLookup> library = Native.library(SONAME);
    if (library.isEmpty()) {
      return Optional.of(SONAME + " is not installed");
    }
    // The newest symbol that is used: exported from 2.3 on.
    if (library.get().find("io_uring_enter2").isEmpty()) {
      return Optional.of(SONAME + " is older than 2.3");
    }
    return Optional.empty();
  }

  /** Links all calls, which the first of them does otherwise. */
  public static void link() {
    var _ = Handles.QUEUE_INIT_PARAMS;
  }

  /** io_uring_queue_init_params(3): fills {@code ring} and {@code params}. */
  public static int queueInitParams(int entries, MemorySegment ring, MemorySegment params) {
    try {
      return (int) Handles.QUEUE_INIT_PARAMS.invokeExact(entries, ring, params);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /** io_uring_queue_exit(3): unmaps and closes the ring. */
  public static void queueExit(MemorySegment ring) {
    try {
      Ending.QUEUE_EXIT.invokeExact(ring);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /** io_uring_enter2(2): submits, and waits for completions if {@code minComplete} is not 0. */
  public static int enter2(
      int fd, int toSubmit, int minComplete, int flags, MemorySegment argument, long bytes) {
    try {
      return (int) Handles.ENTER2.invokeExact(fd, toSubmit, minComplete, flags, argument, bytes);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /** io_uring_register(2). */
  public static int register(int fd, int opcode, MemorySegment argument, int count) {
    try {
      return (int) Handles.REGISTER.invokeExact(fd, opcode, argument, count);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /**
   * io_uring_register_ring_fd(3): spares each enter the descriptor look-up. Calling thread only.
   */
  public static int registerRingFd(MemorySegment ring) {
    return ringCall(Handles.REGISTER_RING_FD, ring);
  }

  /** io_uring_register_buf_ring(3). */
  public static int registerBufRing(MemorySegment ring, MemorySegment registration) {
    return register(ring.get(JAVA_INT, UringStruct.RING_FD), REGISTER_PBUF_RING, registration, 1);
  }

  /** io_uring_register_iowq_max_workers(3): {@code values} is two ints, bounded and unbounded. */
  public static int registerIowqMaxWorkers(MemorySegment ring, MemorySegment values) {
    int fd = ring.get(JAVA_INT, UringStruct.RING_FD);
    return register(fd, REGISTER_IOWQ_MAX_WORKERS, values, 2);
  }

  private static int ringCall(MethodHandle handle, MemorySegment ring) {
    try {
      return (int) handle.invokeExact(ring);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /** Linked on first use, so that {@link #missing()} works without the library. */
  private static final class Handles {
    private static final SymbolLookup LIBRARY =
        Native.library(SONAME).orElseThrow(() -> new UnsatisfiedLinkError(SONAME));

    static final MethodHandle QUEUE_INIT_PARAMS =
        link(
            "io_uring_queue_init_params",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    static final MethodHandle ENTER2 =
        link(
            "io_uring_enter2",
            FunctionDescriptor.of(
                JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG));
    static final MethodHandle REGISTER =
        link(
            "io_uring_register",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    static final MethodHandle REGISTER_RING_FD =
        link("io_uring_register_ring_fd", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    private static MethodHandle link(String symbol, FunctionDescriptor descriptor) {
      return Native.plain(LIBRARY, symbol, descriptor);
    }

    private Handles() {}
  }

  /** Not linked before it is needed: each kind of call costs milliseconds of the start. */
  private static final class Ending {
    static final MethodHandle QUEUE_EXIT =
        Handles.link("io_uring_queue_exit", FunctionDescriptor.ofVoid(ADDRESS));

    private Ending() {}
  }
}
