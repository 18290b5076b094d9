package dev.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.millrace.sync.Errno;
import dev.millrace.sync.ffi.Native;
import dev.millrace.uring.RingStats.Counter;
import dev.millrace.uring.abi.Cqe;
import dev.millrace.uring.abi.Liburing;
import dev.millrace.uring.abi.Sqe;
import dev.millrace.uring.abi.Structs;
import dev.millrace.uring.abi.Uapi;
import dev.millrace.uring.abi.UringStruct;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A ring of the kernel. liburing sets it up and enters the kernel; this class reads and writes the
 * queues in shared memory (io_uring(7)).
 *
 * <p>It publishes the submission tail with release order after it has written the entries, and
 * reads the completion tail with acquire order before it reads the entries. The kernel does the
 * mirror image.
 */
public final class IoUring extends EncodingRing {
  private static final VarHandle INT = JAVA_INT.varHandle();

  private final RingSetup setup;
  private final Arena arena;
  private final MemorySegment ring;
  private final MemorySegment enterArgument;
  private final MemorySegment timespec;

  private final MemorySegment sqHead;
  private final MemorySegment sqTail;
  private final MemorySegment sqFlags;
  private final MemorySegment cqes;
  private final MemorySegment cqHead;
  private final MemorySegment cqTail;
  private final int cqMask;
  private final int descriptor;

  /** The thread that enabled the ring. */
  private @Nullable Thread owner;

  private int enterFd;
  private int enterFlags;
  private int submittedTail;
  private int head;
  // The kernel uses registered memory: it must outlive the ring.
  private MemorySegment[] registered = {};

  private IoUring(RingSetup setup) {
    int entries = setup.number(UringStruct.SQ_KRING_ENTRIES);
    super(
        setup.pointer(UringStruct.SQ_SQES, entries * Sqe.BYTES),
        setup.arena().allocate(entries * Structs.TIMESPEC.byteSize(), 8),
        setup.operations());
    this.setup = setup;
    this.arena = setup.arena();
    this.ring = setup.ring();
    this.enterArgument = arena.allocate(Structs.GETEVENTS_ARG);
    this.timespec = arena.allocate(Structs.TIMESPEC);
    this.descriptor = ring.get(JAVA_INT, UringStruct.RING_FD);
    this.enterFd = descriptor;
    this.sqHead = setup.pointer(UringStruct.SQ_KHEAD, 4);
    this.sqTail = setup.pointer(UringStruct.SQ_KTAIL, 4);
    this.sqFlags = setup.pointer(UringStruct.SQ_KFLAGS, 4);
    int cqEntries = setup.number(UringStruct.CQ_KRING_ENTRIES);
    this.cqMask = cqEntries - 1;
    this.cqes = setup.pointer(UringStruct.CQ_CQES, cqEntries * Cqe.BYTES);
    this.cqHead = setup.pointer(UringStruct.CQ_KHEAD, 4);
    this.cqTail = setup.pointer(UringStruct.CQ_KTAIL, 4);
    MemorySegment array = setup.pointer(UringStruct.SQ_ARRAY, entries * 4L);
    for (int i = 0; i < entries; i++) {
      array.setAtIndex(JAVA_INT, i, i); // entry i of the queue always is submission i
    }
    enterArgument.set(JAVA_LONG, Structs.GETEVENTS_TS, timespec.address());
  }

  /**
   * Sets up a ring, which is disabled until {@link #enable}. Any thread.
   *
   * @throws RingUnavailableException if liburing, the kernel, its configuration or a limit prevents
   *     it
   */
  public static IoUring open(RingConfig config) throws RingUnavailableException {
    return new IoUring(RingSetup.open(config));
  }

  @Override
  public void enable() {
    int result = Liburing.register(enterFd, Uapi.REGISTER_ENABLE_RINGS, MemorySegment.NULL, 0);
    if (result < 0) {
      throw failed("io_uring_register(ENABLE_RINGS)", -result);
    }
    owner = Thread.currentThread();
    if (Liburing.registerRingFd(ring) == 1) {
      enterFd = ring.get(JAVA_INT, UringStruct.ENTER_RING_FD);
      enterFlags = Uapi.ENTER_REGISTERED_RING;
    }
  }

  /** Names the misuse that the kernel reports by an error number alone. */
  private IllegalStateException failed(String call, int errno) {
    Thread current = Thread.currentThread();
    Thread enabledBy = owner;
    String why =
        enabledBy == null
            ? "the ring is not enabled; its thread calls enable() first"
            : enabledBy == current
                ? "the ring is enabled by this thread"
                : "only the thread that enabled the ring may use it, "
                    + enabledBy.getName()
                    + ", not "
                    + current.getName();
    return new IllegalStateException(call + ": " + Errno.describe(errno) + ": " + why);
  }

  @Override
  public Features features() {
    return new Features(setup.operations(), setup.deferredTaskRun(), enterFlags != 0);
  }

  @Override
  public int descriptor() {
    return descriptor;
  }

  @Override
  protected int takenEntries() {
    return (int) INT.getAcquire(sqHead, 0L);
  }

  @Override
  protected void submitEarly() {
    enter(0, 0);
  }

  @Override
  public int queued() {
    return preparedEntries() - submittedTail;
  }

  @Override
  public void submitAndWait(int minComplete, long timeoutNanos) {
    enter(minComplete, timeoutNanos);
  }

  private void enter(int minComplete, long timeoutNanos) {
    requireOpen();
    int tail = preparedEntries();
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
    int consumed = takenEntries() - submittedTail;
    submittedTail += consumed;
    count(Counter.ENTERS, 1);
    count(Counter.SUBMITTED, consumed);
    record(Counter.LAST_BATCH, consumed);
    if (result < 0) {
      // Interrupted, timed out, or out of memory: entries not consumed stay queued for the next
      // turn.
      switch (-result) {
        case Errno.EINTR, Errno.ETIME, Errno.EAGAIN, Errno.EBUSY -> {}
        case Errno.EBADR ->
            throw new IllegalStateException(
                "io_uring_enter: EBADR: the kernel had no memory for a completion and lost it");
        default -> throw failed("io_uring_enter", -result);
      }
    }
    if (((int) INT.getOpaque(sqFlags, 0L) & Uapi.SQ_CQ_OVERFLOW) != 0) {
      count(Counter.CQ_OVERFLOW, 1);
    }
  }

  @Override
  public int reap(CompletionSink sink, int atMost) {
    requireOpen();
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
    count(Counter.COMPLETED, available);
    return available;
  }

  @Override
  protected void takeCompletions(Completions into) {
    int available = Math.min((int) INT.getAcquire(cqTail, 0L) - head, into.capacity());
    int first = head & cqMask;
    int beforeWrap = Math.min(available, cqMask + 1 - first);
    into.addAll(cqes, first, beforeWrap);
    into.addAll(cqes, 0, available - beforeWrap);
    head += available;
    INT.setRelease(cqHead, 0L, head);
  }

  @Override
  public BufferRing provideBuffers(int entries, int bufferBytes, int group)
      throws RingUnavailableException {
    requireOpen();
    MemorySegment bufferRing = arena.allocate(entries * Structs.BUF.byteSize(), 4096);
    MemorySegment registration = arena.allocate(Structs.BUF_REG);
    registration.set(JAVA_LONG, Structs.BUF_REG_RING_ADDR, bufferRing.address());
    registration.set(JAVA_INT, Structs.BUF_REG_RING_ENTRIES, entries);
    registration.set(JAVA_SHORT, Structs.BUF_REG_BGID, (short) group);
    int result = Liburing.registerBufRing(ring, registration);
    if (result < 0) {
      throw RingUnavailableException.of("io_uring_register(PBUF_RING)", -result);
    }
    // The kernel uses buffers in turn; a buffer that was never used needs no physical memory.
    MemorySegment memory = Native.untouched((long) entries * bufferBytes, 4096, arena);
    return bufferRing(bufferRing, memory, entries, bufferBytes, group);
  }

  @Override
  public void registerBuffers(MemorySegment... buffers) throws RingUnavailableException {
    requireOpen();
    long bytes = 0;
    try (Arena call = Arena.ofConfined()) {
      MemorySegment vectors = call.allocate(Structs.IOVEC, Math.max(1, buffers.length));
      for (int i = 0; i < buffers.length; i++) {
        long at = i * Structs.IOVEC.byteSize();
        vectors.set(JAVA_LONG, at + Structs.IOV_BASE, buffers[i].address());
        vectors.set(JAVA_LONG, at + Structs.IOV_LEN, buffers[i].byteSize());
        bytes += buffers[i].byteSize();
      }
      int result = Liburing.register(descriptor, Uapi.REGISTER_BUFFERS, vectors, buffers.length);
      if (result < 0) {
        throw refusedBuffers(-result, buffers.length, bytes);
      }
    }
    registered = buffers.clone();
  }

  @Override
  public void unregisterBuffers() {
    requireOpen();
    int result = Liburing.register(descriptor, Uapi.UNREGISTER_BUFFERS, MemorySegment.NULL, 0);
    if (result < 0) {
      throw new IllegalStateException(
          "io_uring_register(UNREGISTER_BUFFERS), "
              + registered.length
              + " registered: "
              + Errno.describe(-result));
    }
    registered = new MemorySegment[0];
  }

  @Override
  public void close() {
    if (beginClose()) {
      Liburing.queueExit(ring);
    }
  }
}
