package dev.millrace.uring;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.millrace.sync.ffi.Errno;
import dev.millrace.sync.ffi.Native;
import dev.millrace.uring.RingStats.Counter;
import dev.millrace.uring.abi.Cqe;
import dev.millrace.uring.abi.Liburing;
import dev.millrace.uring.abi.Params;
import dev.millrace.uring.abi.Sqe;
import dev.millrace.uring.abi.Structs;
import dev.millrace.uring.abi.Uapi;
import dev.millrace.uring.abi.UringStruct;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The kernel's ring. liburing sets it up and enters the kernel; the queues in shared memory are
 * read and written here (io_uring(7)).
 *
 * <p>The submission tail is published with release order after the entries are written, and the
 * completion tail read with acquire order before they are; the kernel does the mirror image.
 */
public final class IoUring implements Ring {
  private static final VarHandle INT = JAVA_INT.varHandle();

  /** Tried in order; a kernel that knows a flag not answers EINVAL and the next set is tried. */
  private static final int[] SETUP_FLAGS = {
    Uapi.SETUP_SINGLE_ISSUER | Uapi.SETUP_DEFER_TASKRUN | Uapi.SETUP_SUBMIT_ALL,
    Uapi.SETUP_SINGLE_ISSUER | Uapi.SETUP_SUBMIT_ALL,
  };

  /** Lives as long as this object: nothing that the kernel may write to is freed by hand. */
  private final Arena arena = Arena.ofAuto();

  private final MemorySegment ring = arena.allocate(UringStruct.LAYOUT);
  private final MemorySegment enterArgument = arena.allocate(Structs.GETEVENTS_ARG);
  private final MemorySegment timespec = arena.allocate(Structs.TIMESPEC);
  private final RingStats stats = new RingStats();

  private final MemorySegment sqes;
  private final MemorySegment sqHead;
  private final MemorySegment sqTail;
  private final MemorySegment sqFlags;
  private final int sqEntries;
  private final int sqMask;
  private final MemorySegment cqes;
  private final MemorySegment cqHead;
  private final MemorySegment cqTail;
  private final int cqMask;
  private final boolean deferredTaskRun;
  private final Set<OpKind> operations;

  private int enterFd;
  private int enterFlags;
  private int tail;
  private int submittedTail;
  private int head;
  private long lastSqe;
  private boolean closed;

  private IoUring(RingConfig config) throws RingUnavailableException {
    MemorySegment params = arena.allocate(Params.LAYOUT);
    this.deferredTaskRun = setUp(config, params);
    this.enterFd = ring.get(JAVA_INT, UringStruct.RING_FD);
    this.sqEntries = pointer(UringStruct.SQ_KRING_ENTRIES, 4).get(JAVA_INT, 0);
    this.sqMask = sqEntries - 1;
    this.sqes = pointer(UringStruct.SQ_SQES, sqEntries * Sqe.BYTES);
    this.sqHead = pointer(UringStruct.SQ_KHEAD, 4);
    this.sqTail = pointer(UringStruct.SQ_KTAIL, 4);
    this.sqFlags = pointer(UringStruct.SQ_KFLAGS, 4);
    int cqEntries = pointer(UringStruct.CQ_KRING_ENTRIES, 4).get(JAVA_INT, 0);
    this.cqMask = cqEntries - 1;
    this.cqes = pointer(UringStruct.CQ_CQES, cqEntries * Cqe.BYTES);
    this.cqHead = pointer(UringStruct.CQ_KHEAD, 4);
    this.cqTail = pointer(UringStruct.CQ_KTAIL, 4);
    MemorySegment array = pointer(UringStruct.SQ_ARRAY, sqEntries * 4L);
    for (int i = 0; i < sqEntries; i++) {
      array.setAtIndex(JAVA_INT, i, i); // entry i of the queue is submission i, for good
    }
    this.operations = probe();
    enterArgument.set(JAVA_LONG, Structs.GETEVENTS_TS, timespec.address());
    limitWorkers(config.workerThreads());
  }

  /**
   * Sets a ring up, disabled until {@link #enable}. Any thread.
   *
   * @throws RingUnavailableException if liburing, the kernel, its configuration or a limit refuses
   */
  public static IoUring open(RingConfig config) throws RingUnavailableException {
    Optional<String> missing = Liburing.missing();
    if (missing.isPresent()) {
      throw RingUnavailableException.library(missing.get());
    }
    if (!Native.isLittleEndian64()) {
      throw new RingUnavailableException(
          RingUnavailableException.Reason.OTHER, "a 64-bit little-endian machine is needed");
    }
    return new IoUring(config);
  }

  private boolean setUp(RingConfig config, MemorySegment params) throws RingUnavailableException {
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

  private Set<OpKind> probe() throws RingUnavailableException {
    int slots = 256;
    MemorySegment probe =
        arena.allocate(Structs.PROBE_HEADER_BYTES + slots * Structs.PROBE_OP_BYTES, 8);
    int result = Liburing.register(enterFd, Uapi.REGISTER_PROBE, probe, slots);
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

  private void limitWorkers(int threads) {
    MemorySegment values = arena.allocate(JAVA_INT, 2);
    values.setAtIndex(JAVA_INT, 0, threads);
    values.setAtIndex(JAVA_INT, 1, threads);
    // Refusal leaves the kernel's own, larger bound; nothing depends on ours.
    var _ = Liburing.registerIowqMaxWorkers(ring, values);
  }

  private MemorySegment pointer(long field, long bytes) {
    return ring.get(ADDRESS, field).reinterpret(bytes);
  }

  @Override
  public void enable() {
    int result = Liburing.register(enterFd, Uapi.REGISTER_ENABLE_RINGS, MemorySegment.NULL, 0);
    if (result < 0) {
      throw new IllegalStateException("enable ring: " + Errno.describe(-result));
    }
    if (Liburing.registerRingFd(ring) == 1) {
      enterFd = ring.get(JAVA_INT, UringStruct.ENTER_RING_FD);
      enterFlags = Uapi.ENTER_REGISTERED_RING;
    }
  }

  @Override
  public Features features() {
    return new Features(operations, deferredTaskRun, enterFlags != 0);
  }

  @Override
  public void prepNop(long userData) {
    prep(Uapi.OP_NOP, 0, 0, -1, 0, 0, 0, 0, userData, 0);
  }

  @Override
  public void prepAcceptMultishot(int fd, int flags, long userData) {
    prep(Uapi.OP_ACCEPT, 0, Uapi.ACCEPT_MULTISHOT, fd, 0, 0, 0, flags, userData, 0);
  }

  @Override
  public void prepRecvMultishot(int fd, int bufferGroup, long userData) {
    prep(
        Uapi.OP_RECV,
        Uapi.SQE_BUFFER_SELECT,
        Uapi.RECV_MULTISHOT,
        fd,
        0,
        0,
        0,
        0,
        userData,
        bufferGroup);
  }

  @Override
  public void prepSend(int fd, long address, int length, int messageFlags, long userData) {
    prep(Uapi.OP_SEND, 0, 0, fd, 0, address, length, messageFlags, userData, 0);
  }

  @Override
  public void prepOpenat2(int directoryFd, long path, long how, long userData) {
    int howBytes = (int) Structs.OPEN_HOW.byteSize();
    prep(Uapi.OP_OPENAT2, 0, 0, directoryFd, how, path, howBytes, 0, userData, 0);
  }

  @Override
  public void prepRead(int fd, long address, int length, long offset, long userData) {
    prep(Uapi.OP_READ, 0, 0, fd, offset, address, length, 0, userData, 0);
  }

  @Override
  public void prepWrite(int fd, long address, int length, long offset, long userData) {
    prep(Uapi.OP_WRITE, 0, 0, fd, offset, address, length, 0, userData, 0);
  }

  @Override
  public void prepClose(int fd, long userData) {
    prep(Uapi.OP_CLOSE, 0, 0, fd, 0, 0, 0, 0, userData, 0);
  }

  @Override
  public void prepCancel(long target, long userData) {
    prep(Uapi.OP_ASYNC_CANCEL, 0, 0, -1, 0, target, 0, 0, userData, 0);
  }

  @Override
  public void prepPoll(int fd, int events, long userData) {
    prep(Uapi.OP_POLL_ADD, 0, 0, fd, 0, 0, 0, events, userData, 0);
  }

  @Override
  public void prepFutexWait(MemorySegment word, int expected, long userData) {
    int futexFlags = Uapi.FUTEX2_SIZE_U32 | Uapi.FUTEX2_PRIVATE;
    prep(
        Uapi.OP_FUTEX_WAIT,
        0,
        0,
        futexFlags,
        expected & 0xffffffffL,
        word.address(),
        0,
        0,
        userData,
        0);
    sqes.set(JAVA_LONG, lastSqe + Sqe.ADDR3, 0xffffffffL); // any waker's bits match
  }

  /** Writes one whole entry, eight words. */
  private void prep(
      int opcode,
      int sqeFlags,
      int ioprio,
      int fd,
      long off,
      long addr,
      int len,
      int opFlags,
      long userData,
      int bufferGroup) {
    if (closed) {
      throw new IllegalStateException("the ring is closed");
    }
    if (tail - (int) INT.getAcquire(sqHead, 0L) >= sqEntries) {
      makeRoom();
    }
    long sqe = (tail & sqMask) * Sqe.BYTES;
    lastSqe = sqe;
    tail++;
    long first = opcode | (long) sqeFlags << 8 | (long) ioprio << 16 | (long) fd << 32;
    sqes.set(JAVA_LONG, sqe + Sqe.OPCODE, first);
    sqes.set(JAVA_LONG, sqe + Sqe.OFF, off);
    sqes.set(JAVA_LONG, sqe + Sqe.ADDR, addr);
    sqes.set(JAVA_LONG, sqe + Sqe.LEN, (len & 0xffffffffL) | (long) opFlags << 32);
    sqes.set(JAVA_LONG, sqe + Sqe.USER_DATA, userData);
    sqes.set(JAVA_LONG, sqe + Sqe.BUF_INDEX, bufferGroup & 0xffffL);
    sqes.set(JAVA_LONG, sqe + Sqe.ADDR3, 0L);
    sqes.set(JAVA_LONG, sqe + Sqe.PAD2, 0L);
  }

  private void makeRoom() {
    stats.add(Counter.SQ_FULL, 1);
    enter(0, 0);
    if (tail - (int) INT.getAcquire(sqHead, 0L) >= sqEntries) {
      throw new IllegalStateException("the kernel takes no submission from a full queue");
    }
  }

  @Override
  public void flagLast(int sqeFlags) {
    byte flags = sqes.get(JAVA_BYTE, lastSqe + Sqe.FLAGS);
    sqes.set(JAVA_BYTE, lastSqe + Sqe.FLAGS, (byte) (flags | sqeFlags));
  }

  @Override
  public int queued() {
    return tail - submittedTail;
  }

  @Override
  public void submitAndWait(int minComplete, long timeoutNanos) {
    enter(minComplete, timeoutNanos);
  }

  private void enter(int minComplete, long timeoutNanos) {
    INT.setRelease(sqTail, 0L, tail);
    int flags = enterFlags | Uapi.ENTER_GETEVENTS;
    MemorySegment argument = MemorySegment.NULL;
    long argumentBytes = 0;
    if (minComplete > 0 && timeoutNanos >= 0) {
      timespec.set(JAVA_LONG, Structs.TV_SEC, timeoutNanos / 1_000_000_000L);
      timespec.set(JAVA_LONG, Structs.TV_NSEC, timeoutNanos % 1_000_000_000L);
      flags |= Uapi.ENTER_EXT_ARG;
      argument = enterArgument;
      argumentBytes = Structs.GETEVENTS_ARG.byteSize();
    }
    int toSubmit = tail - submittedTail;
    int result = Liburing.enter2(enterFd, toSubmit, minComplete, flags, argument, argumentBytes);
    int consumed = (int) INT.getAcquire(sqHead, 0L) - submittedTail;
    submittedTail += consumed;
    stats.add(Counter.ENTERS, 1);
    stats.add(Counter.SUBMITTED, consumed);
    stats.set(Counter.LAST_BATCH, consumed);
    if (result < 0) {
      // Interrupted, timed out, or short of room: what was not taken stays queued for the next
      // turn.
      switch (-result) {
        case Errno.EINTR, Errno.ETIME, Errno.EAGAIN, Errno.EBUSY -> {}
        default -> throw new IllegalStateException("io_uring_enter: " + Errno.describe(-result));
      }
    }
    if (((int) INT.getOpaque(sqFlags, 0L) & Uapi.SQ_CQ_OVERFLOW) != 0) {
      stats.add(Counter.CQ_OVERFLOW, 1);
    }
  }

  @Override
  public int reap(CompletionSink sink, int atMost) {
    int available = Math.min((int) INT.getAcquire(cqTail, 0L) - head, atMost);
    for (int i = 0; i < available; i++) {
      long cqe = (head & cqMask) * Cqe.BYTES;
      long userData = cqes.get(JAVA_LONG, cqe + Cqe.USER_DATA);
      int result = cqes.get(JAVA_INT, cqe + Cqe.RES);
      int flags = cqes.get(JAVA_INT, cqe + Cqe.FLAGS);
      head++;
      INT.setRelease(cqHead, 0L, head);
      sink.completed(userData, result, flags);
    }
    stats.add(Counter.COMPLETED, available);
    return available;
  }

  @Override
  public BufferRing provideBuffers(int entries, int bufferBytes, int group) {
    MemorySegment bufferRing = arena.allocate(entries * Structs.BUF.byteSize(), 4096);
    MemorySegment memory = arena.allocate((long) entries * bufferBytes, 4096);
    MemorySegment registration = arena.allocate(Structs.BUF_REG);
    registration.set(JAVA_LONG, Structs.BUF_REG_RING_ADDR, bufferRing.address());
    registration.set(JAVA_INT, Structs.BUF_REG_RING_ENTRIES, entries);
    registration.set(JAVA_SHORT, Structs.BUF_REG_BGID, (short) group);
    int result = Liburing.registerBufRing(ring, registration);
    if (result < 0) {
      throw new IllegalStateException("io_uring_register(PBUF_RING): " + Errno.describe(-result));
    }
    return new BufferRing(bufferRing, memory, entries, bufferBytes, group);
  }

  @Override
  public RingStats stats() {
    return stats;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Liburing.queueExit(ring);
    }
  }
}
