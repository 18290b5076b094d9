package dev.millrace.uring;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.millrace.sync.Errno;
import dev.millrace.sync.ffi.Native;
import dev.millrace.uring.abi.Liburing;
import dev.millrace.uring.abi.Params;
import dev.millrace.uring.abi.Structs;
import dev.millrace.uring.abi.Uapi;
import dev.millrace.uring.abi.UringStruct;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A kernel ring after setup and probing, before its first use.
 *
 * @param arena garbage-collected: memory that the kernel may write to is never freed explicitly
 * @param ring liburing's object, the only one to be closed
 * @param operations that the kernel reports as supported
 */
record RingSetup(Arena arena, MemorySegment ring, boolean deferredTaskRun, Set<OpKind> operations) {
  /**
   * Tried in order; EINVAL means that the kernel does not know a flag, and the next set is tried.
   */
  private static final int[] SETUP_FLAGS = {
    Uapi.SETUP_SINGLE_ISSUER | Uapi.SETUP_DEFER_TASKRUN | Uapi.SETUP_SUBMIT_ALL,
    Uapi.SETUP_SINGLE_ISSUER | Uapi.SETUP_SUBMIT_ALL,
  };

  static RingSetup open(RingConfig config) throws RingUnavailableException {
    Optional<String> missing = Liburing.missing();
    if (missing.isPresent()) {
      throw RingUnavailableException.library(missing.get());
    }
    if (!Native.isLittleEndian64()) {
      throw new RingUnavailableException(
          RingUnavailableException.Reason.OTHER, "a 64-bit little-endian machine is required");
    }
    Arena arena = Arena.ofAuto();
    MemorySegment ring = arena.allocate(UringStruct.LAYOUT);
    boolean deferred = setUp(config, ring, arena.allocate(Params.LAYOUT));
    Set<OpKind> operations = probe(ring, arena);
    limitWorkers(ring, arena, config.workerThreads());
    if (!config.operations().isEmpty()) {
      operations.retainAll(config.operations());
      restrict(ring, arena, operations);
    }
    return new RingSetup(arena, ring, deferred, operations);
  }

  private static boolean setUp(RingConfig config, MemorySegment ring, MemorySegment params)
      throws RingUnavailableException {
    int result = 0;
    for (int flags : SETUP_FLAGS) {
      params.fill((byte) 0);
      params.set(
          JAVA_INT,
          Params.FLAGS,
          flags | Uapi.SETUP_CLAMP | Uapi.SETUP_CQSIZE | Uapi.SETUP_R_DISABLED);
      params.set(JAVA_INT, Params.CQ_ENTRIES, config.completionEntries());
      result = Liburing.queueInitParams(config.submissionEntries(), ring, params);
      if (result == 0) {
        return (flags & Uapi.SETUP_DEFER_TASKRUN) != 0;
      }
      if (result != -Errno.EINVAL) {
        break;
      }
    }
    throw RingUnavailableException.of("io_uring_setup", -result);
  }

  private static Set<OpKind> probe(MemorySegment ring, Arena arena)
      throws RingUnavailableException {
    int slots = 256;
    MemorySegment probe =
        arena.allocate(Structs.PROBE_HEADER_BYTES + slots * Structs.PROBE_OP_BYTES, 8);
    int fd = ring.get(JAVA_INT, UringStruct.RING_FD);
    int result = Liburing.register(fd, Uapi.REGISTER_PROBE, probe, slots);
    if (result < 0) {
      Liburing.queueExit(ring);
      throw RingUnavailableException.of("io_uring_register(PROBE)", -result);
    }
    Set<OpKind> supported = EnumSet.noneOf(OpKind.class);
    for (OpKind kind : OpKind.values()) {
      long entry = Structs.PROBE_HEADER_BYTES + kind.opcode() * Structs.PROBE_OP_BYTES;
      if ((probe.get(JAVA_SHORT, entry + Structs.PROBE_OP_FLAGS) & Uapi.OP_SUPPORTED) != 0) {
        supported.add(kind);
      }
    }
    return supported;
  }

  private static void limitWorkers(MemorySegment ring, Arena arena, int threads) {
    MemorySegment values = arena.allocate(JAVA_INT, 2);
    values.setAtIndex(JAVA_INT, 0, threads);
    values.setAtIndex(JAVA_INT, 1, threads);
    // On failure the kernel keeps its own, larger limit, which is harmless.
    var _ = Liburing.registerIowqMaxWorkers(ring, values);
  }

  /** Restricts the ring, which is still disabled, for its whole life. */
  private static void restrict(MemorySegment ring, Arena arena, Set<OpKind> operations)
      throws RingUnavailableException {
    List<int[]> allowed = new ArrayList<>();
    for (OpKind kind : operations) {
      allowed.add(new int[] {Uapi.RESTRICTION_SQE_OP, kind.opcode()});
    }
    allowed.add(new int[] {Uapi.RESTRICTION_SQE_FLAGS_ALLOWED, Uapi.SQE_FLAGS});
    allowed.add(new int[] {Uapi.RESTRICTION_REGISTER_OP, Uapi.REGISTER_RING_FDS});
    allowed.add(new int[] {Uapi.RESTRICTION_REGISTER_OP, Uapi.UNREGISTER_RING_FDS});
    MemorySegment list = arena.allocate(allowed.size() * Structs.RESTRICTION_BYTES, 8);
    for (int i = 0; i < allowed.size(); i++) {
      long at = i * Structs.RESTRICTION_BYTES;
      list.set(JAVA_SHORT, at, (short) allowed.get(i)[0]);
      list.set(JAVA_BYTE, at + Structs.RESTRICTION_VALUE, (byte) allowed.get(i)[1]);
    }
    int fd = ring.get(JAVA_INT, UringStruct.RING_FD);
    int result = Liburing.register(fd, Uapi.REGISTER_RESTRICTIONS, list, allowed.size());
    if (result < 0) {
      Liburing.queueExit(ring);
      throw RingUnavailableException.of("io_uring_register(RESTRICTIONS)", -result);
    }
  }

  /** The memory behind a pointer in liburing's object. */
  MemorySegment pointer(long field, long bytes) {
    return ring.get(ADDRESS, field).reinterpret(bytes);
  }

  /** The unsigned int behind a pointer in liburing's object. */
  int number(long field) {
    return pointer(field, 4).get(JAVA_INT, 0);
  }
}
