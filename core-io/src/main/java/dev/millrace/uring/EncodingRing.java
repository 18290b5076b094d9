package dev.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.millrace.uring.RingStats.Counter;
import dev.millrace.uring.abi.Sqe;
import dev.millrace.uring.abi.Structs;
import dev.millrace.uring.abi.Uapi;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * The common part of all rings: operations are encoded as submission queue entries, the same 64
 * bytes for the kernel and for a simulation.
 *
 * <p>For implementations of {@link Ring}; all other code uses the interface.
 */
public abstract class EncodingRing implements Ring {
  private static final long ANY_WAKER = 0xffff_ffffL;

  private final MemorySegment entries;
  // One per submission entry: the kernel copies it at submission, so it is free with the entry.
  private final MemorySegment timespecs;
  private final int entryCount;
  private final long supported;
  private final RingStats stats = new RingStats();
  private int tail;
  private long last;
  private boolean closed;

  /**
   * @param entries the submission queue, 64 bytes per entry, a power of two of them
   * @param timespecs native memory, 16 bytes per entry
   * @param operations that may be prepared
   */
  protected EncodingRing(MemorySegment entries, MemorySegment timespecs, Set<OpKind> operations) {
    this.entries = entries;
    this.timespecs = timespecs;
    this.entryCount = (int) (entries.byteSize() / Sqe.BYTES);
    long mask = 0;
    for (OpKind kind : operations) {
      mask |= 1L << kind.ordinal();
    }
    this.supported = mask;
  }

  /** Entries taken off the submission queue since the start; wraps around. */
  protected abstract int takenEntries();

  /** Submits the queued entries without waiting. */
  protected abstract void submitEarly();

  /** Entries added to the submission queue since the start; wraps around. */
  protected final int preparedEntries() {
    return tail;
  }

  /** Adds to a counter. */
  protected final void count(Counter counter, long amount) {
    stats.add(counter, amount);
  }

  /** Sets a counter. */
  protected final void record(Counter counter, long value) {
    stats.set(counter, value);
  }

  /**
   * Creates provided buffers over memory that the implementation has registered with its kernel.
   */
  protected static BufferRing bufferRing(
      MemorySegment ring, MemorySegment memory, int entries, int bufferBytes, int group) {
    return new BufferRing(ring, memory, entries, bufferBytes, group);
  }

  /**
   * The exception for a failed registration of {@code buffers} buffers with {@code bytes} in total.
   */
  protected static RingUnavailableException refusedBuffers(int errno, int buffers, long bytes) {
    return RingUnavailableException.buffers(errno, buffers, bytes);
  }

  /** Makes all later calls fail; false if already closed. */
  protected final boolean beginClose() {
    boolean first = !closed;
    closed = true;
    return first;
  }

  protected final void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the ring is closed");
    }
  }

  /** Appends the available completions that fit, and frees their entries. */
  protected abstract void takeCompletions(Completions into);

  /** Appends one completion. */
  protected static void append(Completions to, long userData, int result, int flags) {
    to.add(userData, result, flags);
  }

  @Override
  public final int copyCqes(Completions into, int waitFor) {
    requireOpen();
    into.clear();
    takeCompletions(into);
    // A signal ends a wait without a completion, but the caller needs at least one.
    while (into.count() == 0 && waitFor > 0) {
      submitAndWait(Math.min(waitFor, into.capacity()), -1);
      takeCompletions(into);
    }
    count(Counter.COMPLETED, into.count());
    return into.count();
  }

  @Override
  public final RingStats stats() {
    return stats;
  }

  @Override
  public final void prepNop(long userData) {
    prep(OpKind.NOP, 0, -1, 0, 0, 0, 0, userData);
  }

  @Override
  public final void prepNopResult(int result, long userData) {
    prep(OpKind.NOP, 0, -1, 0, 0, result, Uapi.NOP_INJECT_RESULT, userData);
  }

  @Override
  public final void prepAccept(int fd, int flags, long userData) {
    prep(OpKind.ACCEPT, 0, fd, 0, 0, 0, flags, userData);
  }

  @Override
  public final void prepAcceptMultishot(int fd, int flags, long userData) {
    prep(OpKind.ACCEPT, Uapi.ACCEPT_MULTISHOT, fd, 0, 0, 0, flags, userData);
  }

  @Override
  public final void prepConnect(int fd, long address, int addressBytes, long userData) {
    prep(OpKind.CONNECT, 0, fd, addressBytes, address, 0, 0, userData);
  }

  @Override
  public final void prepRecv(int fd, long address, int length, int messageFlags, long userData) {
    prep(OpKind.RECV, 0, fd, 0, address, length, messageFlags, userData);
  }

  @Override
  public final void prepRecvProvided(int fd, int bufferGroup, long userData) {
    prep(OpKind.RECV, 0, fd, 0, 0, 0, 0, userData);
    flagLast(Uapi.SQE_BUFFER_SELECT);
    bufferIndexOfLast(bufferGroup);
  }

  @Override
  public final void prepRecvMultishot(int fd, int bufferGroup, long userData) {
    prep(OpKind.RECV, Uapi.RECV_MULTISHOT, fd, 0, 0, 0, 0, userData);
    flagLast(Uapi.SQE_BUFFER_SELECT);
    bufferIndexOfLast(bufferGroup);
  }

  @Override
  public final void prepSend(int fd, long address, int length, int messageFlags, long userData) {
    prep(OpKind.SEND, 0, fd, 0, address, length, messageFlags, userData);
  }

  @Override
  public final void prepSendZeroCopy(
      int fd, long address, int length, int messageFlags, long userData) {
    prep(OpKind.SEND_ZC, 0, fd, 0, address, length, messageFlags, userData);
  }

  @Override
  public final void reportCopies() {
    short flags = entries.get(JAVA_SHORT, last + Sqe.IOPRIO);
    entries.set(JAVA_SHORT, last + Sqe.IOPRIO, (short) (flags | Uapi.SEND_ZC_REPORT_USAGE));
  }

  @Override
  public final void prepOpenat2(int directoryFd, long path, long how, long userData) {
    int howBytes = (int) Structs.OPEN_HOW.byteSize();
    prep(OpKind.OPENAT2, 0, directoryFd, how, path, howBytes, 0, userData);
  }

  @Override
  public final void prepRead(int fd, long address, int length, long offset, long userData) {
    prep(OpKind.READ, 0, fd, offset, address, length, 0, userData);
  }

  @Override
  public final void prepWrite(int fd, long address, int length, long offset, long userData) {
    prep(OpKind.WRITE, 0, fd, offset, address, length, 0, userData);
  }

  @Override
  public final void prepReadFixed(
      int fd, long address, int length, long offset, int buffer, long userData) {
    prep(OpKind.READ_FIXED, 0, fd, offset, address, length, 0, userData);
    bufferIndexOfLast(buffer);
  }

  @Override
  public final void prepWriteFixed(
      int fd, long address, int length, long offset, int buffer, long userData) {
    prep(OpKind.WRITE_FIXED, 0, fd, offset, address, length, 0, userData);
    bufferIndexOfLast(buffer);
  }

  @Override
  public final void prepFsync(int fd, boolean dataOnly, long userData) {
    prep(OpKind.FSYNC, 0, fd, 0, 0, 0, dataOnly ? Uapi.FSYNC_DATASYNC : 0, userData);
  }

  @Override
  public final void prepFadvise(int fd, long offset, int length, int advice, long userData) {
    prep(OpKind.FADVISE, 0, fd, offset, 0, length, advice, userData);
  }

  @Override
  public final void prepStatx(
      int directoryFd, long path, int flags, int mask, long into, long userData) {
    prep(OpKind.STATX, 0, directoryFd, into, path, mask, flags, userData);
  }

  @Override
  public final void prepRenameat(
      int oldDirectoryFd,
      long oldPath,
      int newDirectoryFd,
      long newPath,
      int flags,
      long userData) {
    prep(OpKind.RENAMEAT, 0, oldDirectoryFd, newPath, oldPath, newDirectoryFd, flags, userData);
  }

  @Override
  public final void prepUnlinkat(int directoryFd, long path, int flags, long userData) {
    prep(OpKind.UNLINKAT, 0, directoryFd, 0, path, 0, flags, userData);
  }

  @Override
  public final void prepMkdirat(int directoryFd, long path, int mode, long userData) {
    prep(OpKind.MKDIRAT, 0, directoryFd, 0, path, mode, 0, userData);
  }

  @Override
  public final void prepLinkat(
      int oldDirectoryFd,
      long oldPath,
      int newDirectoryFd,
      long newPath,
      int flags,
      long userData) {
    prep(OpKind.LINKAT, 0, oldDirectoryFd, newPath, oldPath, newDirectoryFd, flags, userData);
  }

  @Override
  public final void prepClose(int fd, long userData) {
    prep(OpKind.CLOSE, 0, fd, 0, 0, 0, 0, userData);
  }

  @Override
  public final void prepCancel(long target, long userData) {
    prep(OpKind.CANCEL, 0, -1, 0, target, 0, 0, userData);
  }

  @Override
  public final void prepCancelDescriptor(int fd, long userData) {
    int flags = Uapi.ASYNC_CANCEL_FD | Uapi.ASYNC_CANCEL_ALL;
    prep(OpKind.CANCEL, 0, fd, 0, 0, 0, flags, userData);
  }

  @Override
  public final void prepCancelAll(long userData) {
    prep(OpKind.CANCEL, 0, -1, 0, 0, 0, Uapi.ASYNC_CANCEL_ANY, userData);
  }

  @Override
  public final void prepPoll(int fd, int events, long userData) {
    prep(OpKind.POLL, 0, fd, 0, 0, 0, events, userData);
  }

  @Override
  public final void prepPollMultishot(int fd, int events, long userData) {
    prep(OpKind.POLL, 0, fd, 0, 0, Uapi.POLL_ADD_MULTI, events, userData);
  }

  @Override
  public final void prepTimeout(long nanos, long userData) {
    prep(OpKind.TIMEOUT, 0, -1, 0, 0, 1, 0, userData);
    timespecOfLast(nanos);
  }

  @Override
  public final void prepLinkTimeout(long nanos, long userData) {
    prep(OpKind.LINK_TIMEOUT, 0, -1, 0, 0, 1, 0, userData);
    timespecOfLast(nanos);
  }

  @Override
  public final void prepFutexWait(MemorySegment word, int expected, long userData) {
    long value = expected & 0xffff_ffffL;
    prep(OpKind.FUTEX_WAIT, 0, Uapi.FUTEX2_PRIVATE_U32, value, word.address(), 0, 0, userData);
    entries.set(JAVA_LONG, last + Sqe.ADDR3, ANY_WAKER);
  }

  @Override
  public final void prepFutexWake(MemorySegment word, int waiters, long userData) {
    prep(OpKind.FUTEX_WAKE, 0, Uapi.FUTEX2_PRIVATE_U32, waiters, word.address(), 0, 0, userData);
    entries.set(JAVA_LONG, last + Sqe.ADDR3, ANY_WAKER);
  }

  @Override
  public final void prepMessage(int ring, int result, long userDataThere, long userData) {
    prep(OpKind.MSG_RING, 0, ring, userDataThere, 0, result, 0, userData);
  }

  @Override
  public final void flagLast(int sqeFlags) {
    byte flags = entries.get(JAVA_BYTE, last + Sqe.FLAGS);
    entries.set(JAVA_BYTE, last + Sqe.FLAGS, (byte) (flags | sqeFlags));
  }

  @Override
  public final void reserve(int needed) {
    if (needed > entryCount) {
      throw new IllegalArgumentException(
          "a chain of " + needed + " in a submission queue of " + entryCount);
    }
    if (entryCount - (tail - takenEntries()) < needed) {
      makeRoom(needed);
    }
  }

  /** Writes a whole entry, eight words. */
  private void prep(
      OpKind kind, int ioprio, int fd, long off, long addr, int len, int opFlags, long userData) {
    requireOpen();
    if ((supported >>> kind.ordinal() & 1) == 0) {
      throw Features.unsupported(kind);
    }
    if (tail - takenEntries() >= entryCount) {
      makeRoom(1);
    }
    long sqe = (tail & (entryCount - 1)) * Sqe.BYTES;
    last = sqe;
    tail++;
    entries.set(JAVA_LONG, sqe + Sqe.OPCODE, kind.opcode() | (long) ioprio << 16 | (long) fd << 32);
    entries.set(JAVA_LONG, sqe + Sqe.OFF, off);
    entries.set(JAVA_LONG, sqe + Sqe.ADDR, addr);
    entries.set(JAVA_LONG, sqe + Sqe.LEN, (len & 0xffff_ffffL) | (long) opFlags << 32);
    entries.set(JAVA_LONG, sqe + Sqe.USER_DATA, userData);
    entries.set(JAVA_LONG, sqe + Sqe.BUF_INDEX, 0L);
    entries.set(JAVA_LONG, sqe + Sqe.ADDR3, 0L);
    entries.set(JAVA_LONG, sqe + Sqe.PAD2, 0L);
  }

  private void bufferIndexOfLast(int index) {
    entries.set(JAVA_LONG, last + Sqe.BUF_INDEX, index & 0xffffL);
  }

  private void timespecOfLast(long nanos) {
    long at = last / Sqe.BYTES * Structs.TIMESPEC.byteSize();
    timespecs.set(JAVA_LONG, at + Structs.TV_SEC, nanos / 1_000_000_000L);
    timespecs.set(JAVA_LONG, at + Structs.TV_NSEC, nanos % 1_000_000_000L);
    entries.set(JAVA_LONG, last + Sqe.ADDR, timespecs.address() + at);
  }

  private void makeRoom(int needed) {
    count(Counter.SQ_FULL, 1);
    submitEarly();
    if (entryCount - (tail - takenEntries()) < needed) {
      throw new IllegalStateException("the kernel accepted no submission from a full queue");
    }
  }
}
