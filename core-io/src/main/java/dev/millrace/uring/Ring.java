package dev.millrace.uring;

import dev.millrace.uring.abi.Uapi;
import java.lang.foreign.MemorySegment;

/**
 * A pair of queues: operations are prepared into one and submitted together; their completions are
 * reaped from the other.
 *
 * <p>Only the thread that called {@link #enable} may call the other methods; the kernel rejects
 * other threads (SINGLE_ISSUER). The memory of an operation must stay valid and unchanged until its
 * last completion. Preparing never fails for lack of room: a full submission queue is submitted
 * first. An operation that the kernel does not support throws {@link UnsupportedOperationException}
 * when it is prepared. Paths are addresses of NUL-terminated bytes. Methods that take a {@link
 * MemorySegment} check that it is native, alive and, to be written, not read-only; those that take
 * an address check nothing. Results are compared with {@link dev.millrace.sync.Errno}, negated.
 *
 * <p>A simulated ring implements the same interface, so that users of a ring can be tested with
 * orders and failures that the kernel produces rarely.
 */
public interface Ring extends AutoCloseable {
  /** Makes the calling thread the ring's thread. Call once, before all other methods. */
  void enable();

  /** The capabilities of this ring's kernel. */
  Features features();

  /**
   * The descriptor by which {@link #prepMessage} of another ring addresses this one. Any thread.
   */
  int descriptor();

  /** The clock of waits and timeouts, as {@link System#nanoTime()}. Any thread. */
  default long nanoTime() {
    return System.nanoTime();
  }

  /** Completes at once with result 0. */
  void prepNop(long userData);

  /**
   * Completes at once with a given result, to test its handling (IORING_NOP_INJECT_RESULT; kernels
   * before 6.10 ignore it and return 0).
   */
  void prepNopResult(int result, long userData);

  /** Accepts one connection; see {@link #prepAcceptMultishot}. */
  void prepAccept(int fd, int flags, long userData);

  /**
   * Accepts connections until cancelled or failed. The result of each completion is the new
   * descriptor; {@link #hasMore} is false for the last (accept4(2), multishot).
   *
   * @param flags {@code SOCK_CLOEXEC}, {@code SOCK_NONBLOCK}
   */
  void prepAcceptMultishot(int fd, int flags, long userData);

  /**
   * Connects a socket (connect(2)).
   *
   * @param address of a {@code struct sockaddr}
   */
  void prepConnect(int fd, long address, int addressBytes, long userData);

  /** As above; {@code Sockets.nativeAddress} makes such an address. */
  default void prepConnect(int fd, MemorySegment address, long userData) {
    prepConnect(fd, RingMemory.address(address), RingMemory.length(address), userData);
  }

  /** Receives once (recv(2)); result 0 is the end of stream. */
  void prepRecv(int fd, long address, int length, int messageFlags, long userData);

  /** As above, into all of a segment, which is checked. */
  default void prepRecv(int fd, MemorySegment into, int messageFlags, long userData) {
    prepRecv(fd, RingMemory.written(into), RingMemory.length(into), messageFlags, userData);
  }

  /** Receives once into a provided buffer, see {@link #bufferId}; result 0 is the end of stream. */
  void prepRecvProvided(int fd, int bufferGroup, long userData);

  /**
   * Receives into provided buffers until cancelled, failed, at the end of stream (result 0) or out
   * of buffers ({@code -ENOBUFS}). {@link #bufferId} returns the buffer of each completion.
   */
  void prepRecvMultishot(int fd, int bufferGroup, long userData);

  /** Sends (send(2)). */
  void prepSend(int fd, long address, int length, int messageFlags, long userData);

  /** As above, all of a segment. */
  default void prepSend(int fd, MemorySegment from, int messageFlags, long userData) {
    prepSend(fd, RingMemory.address(from), RingMemory.length(from), messageFlags, userData);
  }

  /**
   * Sends without a copy (io_uring_prep_send_zc(3)). The result comes first. If {@link #hasMore},
   * the kernel uses the memory until a second completion, for which {@link #isNotification} is
   * true.
   */
  void prepSendZeroCopy(int fd, long address, int length, int messageFlags, long userData);

  /** As above, all of a segment. */
  default void prepSendZeroCopy(int fd, MemorySegment from, int messageFlags, long userData) {
    prepSendZeroCopy(fd, RingMemory.address(from), RingMemory.length(from), messageFlags, userData);
  }

  /**
   * Makes the notification of the last prepared zero-copy send report whether the kernel
   * {@linkplain #wasCopied copied} nevertheless, as it does for local receivers and for devices
   * without gather support (IORING_SEND_ZC_REPORT_USAGE, since Linux 6.2; on older kernels the send
   * fails with {@code -EINVAL}).
   */
  void reportCopies();

  /**
   * Opens relative to a directory (openat2(2)); the result is the descriptor.
   *
   * @param how address of a {@code struct open_how}, 24 bytes
   */
  void prepOpenat2(int directoryFd, long path, long how, long userData);

  /**
   * As above.
   *
   * @param path NUL-terminated, as {@link java.lang.foreign.Arena#allocateFrom(String)} makes it
   */
  default void prepOpenat2(int directoryFd, MemorySegment path, MemorySegment how, long userData) {
    prepOpenat2(directoryFd, RingMemory.address(path), RingMemory.address(how), userData);
  }

  /** Reads at an offset (pread(2)); may be short. */
  void prepRead(int fd, long address, int length, long offset, long userData);

  /** As above, into all of a segment. */
  default void prepRead(int fd, MemorySegment into, long offset, long userData) {
    prepRead(fd, RingMemory.written(into), RingMemory.length(into), offset, userData);
  }

  /** Writes at an offset (pwrite(2)); may be short. */
  void prepWrite(int fd, long address, int length, long offset, long userData);

  /** As above, all of a segment. */
  default void prepWrite(int fd, MemorySegment from, long offset, long userData) {
    prepWrite(fd, RingMemory.address(from), RingMemory.length(from), offset, userData);
  }

  /**
   * Reads into a part of a registered buffer.
   *
   * @param buffer its index in {@link #registerBuffers}; the address lies inside it
   */
  void prepReadFixed(int fd, long address, int length, long offset, int buffer, long userData);

  /** Writes a part of a registered buffer; see {@link #prepReadFixed}. */
  void prepWriteFixed(int fd, long address, int length, long offset, int buffer, long userData);

  /** Flushes a file to its device (fsync(2), or fdatasync(2) if {@code dataOnly}). */
  void prepFsync(int fd, boolean dataOnly, long userData);

  /** Announces how a range will be used: {@link Advice} (posix_fadvise(2)). */
  void prepFadvise(int fd, long offset, int length, int advice, long userData);

  /**
   * Gets the status of a path (statx(2)).
   *
   * @param flags {@code AT_*} of {@link PathFlags}
   * @param mask {@link Statx#BASIC}
   * @param into address of {@link Statx#BYTES} bytes
   */
  void prepStatx(int directoryFd, long path, int flags, int mask, long into, long userData);

  /** Renames (renameat2(2)). */
  void prepRenameat(
      int oldDirectoryFd, long oldPath, int newDirectoryFd, long newPath, int flags, long userData);

  /** Removes a name (unlinkat(2)); flags may be {@link PathFlags#AT_REMOVEDIR}. */
  void prepUnlinkat(int directoryFd, long path, int flags, long userData);

  /** Creates a directory (mkdirat(2)). */
  void prepMkdirat(int directoryFd, long path, int mode, long userData);

  /** Creates a hard link (linkat(2)). */
  void prepLinkat(
      int oldDirectoryFd, long oldPath, int newDirectoryFd, long newPath, int flags, long userData);

  /** Closes a descriptor (close(2)); does not cancel operations in flight on it. */
  void prepClose(int fd, long userData);

  /**
   * Cancels the operation submitted with user data {@code target}. The result is 0, {@code -ENOENT}
   * or {@code -EALREADY}. The cancelled operation has its own completion, usually with {@code
   * -ECANCELED}.
   */
  void prepCancel(long target, long userData);

  /** Cancels all operations in flight on a descriptor; the result is their number. */
  void prepCancelDescriptor(int fd, long userData);

  /** Cancels all operations in flight on this ring; the result is their number. */
  void prepCancelAll(long userData);

  /** Waits for {@link PollEvents} once; the result is the events. */
  void prepPoll(int fd, int events, long userData);

  /** Completes for each occurrence of {@link PollEvents}, while {@link #hasMore}. */
  void prepPollMultishot(int fd, int events, long userData);

  /** Completes with {@code -ETIME} after a time, or with {@code -ECANCELED}. */
  void prepTimeout(long nanos, long userData);

  /**
   * Limits the duration of the operation prepared just before, which must be {@linkplain
   * #linkNext() linked}. On timeout that operation is cancelled and this one completes with {@code
   * -ETIME}.
   */
  void prepLinkTimeout(long nanos, long userData);

  /**
   * Waits while the word equals {@code expected}, until woken by futex(2) FUTEX_WAKE_PRIVATE;
   * {@code -EAGAIN} if the word has another value.
   */
  void prepFutexWait(MemorySegment word, int expected, long userData);

  /** Wakes waiters of a word (FUTEX_WAKE_PRIVATE); the result is their number. */
  void prepFutexWake(MemorySegment word, int waiters, long userData);

  /**
   * Posts a completion to another ring (io_uring_prep_msg_ring(3)).
   *
   * @param ring the other ring's {@link #descriptor}
   * @param result and {@code userDataThere}: passed to the other ring's sink
   */
  void prepMessage(int ring, int result, long userDataThere, long userData);

  /**
   * Ensures that the next operations are submitted in one call, submitting earlier ones if
   * necessary. A full queue would otherwise split a chain in two.
   *
   * @throws IllegalArgumentException if the queue has fewer entries
   */
  void reserve(int entries);

  /** Sets {@link SqeFlags} on the last prepared operation. */
  void flagLast(int sqeFlags);

  /**
   * Makes the next operation wait for the last prepared one. If that fails or is short, the next
   * one completes with {@code -ECANCELED}. {@link #reserve} room for the chain first.
   */
  default void linkNext() {
    flagLast(Uapi.SQE_IO_LINK);
  }

  /** Like {@link #linkNext}, but the next operation also runs if the last prepared one fails. */
  default void linkNextAlways() {
    flagLast(Uapi.SQE_IO_HARDLINK);
  }

  /** Runs the last prepared operation on a kernel worker at once; for operations known to block. */
  default void forceAsync() {
    flagLast(Uapi.SQE_ASYNC);
  }

  /**
   * Suppresses the completion of the last prepared operation if it succeeds. It then does not end a
   * wait for completions either.
   */
  default void skipSuccess() {
    flagLast(Uapi.SQE_CQE_SKIP_SUCCESS);
  }

  /** Number of prepared operations not yet submitted. */
  int queued();

  /**
   * Submits the queued operations and waits. Returns early when a signal interrupts it, so callers
   * loop.
   *
   * @param minComplete completions to wait for; 0 does not wait
   * @param timeoutNanos maximum wait; negative for no limit
   */
  void submitAndWait(int minComplete, long timeoutNanos);

  /** Submits the queued operations without waiting. */
  default void submit() {
    submitAndWait(0, 0);
  }

  /**
   * Removes completions from the queue, oldest first. Each entry is freed before the sink is
   * called.
   *
   * @return number of completions removed
   */
  int reap(CompletionSink sink, int atMost);

  /**
   * Copies completions from the queue in bulk, oldest first: all available ones that fit, whose
   * entries are freed together. If there are none, submits the queued operations and waits; repeats
   * the wait if a signal ends it before the first completion.
   *
   * @param waitFor completions to wait for if there are none, at most the capacity; 0 does not wait
   * @return number of completions copied, as {@link Completions#count}: at least one unless {@code
   *     waitFor} is 0; may be less than {@code waitFor} after a signal
   */
  int copyCqes(Completions into, int waitFor);

  /**
   * Provides buffers for receiving.
   *
   * @param entries a power of two, at most 32768
   * @param bufferBytes size of each buffer
   * @param group the id by which {@link #prepRecvMultishot} selects them
   * @throws RingUnavailableException if the kernel rejects them, for example for the limit on
   *     locked memory
   */
  BufferRing provideBuffers(int entries, int bufferBytes, int group)
      throws RingUnavailableException;

  /**
   * Registers one set of buffers for {@link #prepReadFixed} and {@link #prepWriteFixed}, which
   * refer to them by index. Their pages are locked in memory; keep the buffers until {@link
   * #unregisterBuffers}.
   *
   * @throws RingUnavailableException if the limit on locked memory is too low; the message has the
   *     cure
   */
  void registerBuffers(MemorySegment... buffers) throws RingUnavailableException;

  /** Unregisters the buffers; no operation may be in flight on them. */
  void unregisterBuffers();

  /** Counters since the ring was created. Values are exact on the ring's thread only. */
  RingStats stats();

  /** Frees the queues. The kernel cancels operations in flight, so join them first. */
  @Override
  void close();

  /** Whether another completion of the same operation follows. */
  static boolean hasMore(int flags) {
    return (flags & Uapi.CQE_F_MORE) != 0;
  }

  /** Whether this is the second completion of a zero-copy send: its memory is free again. */
  static boolean isNotification(int flags) {
    return (flags & Uapi.CQE_F_NOTIF) != 0;
  }

  /** Whether the result of a {@linkplain #reportCopies notification} reports a copy. */
  static boolean wasCopied(int result) {
    return (result & Uapi.NOTIF_USAGE_ZC_COPIED) != 0;
  }

  /** The provided buffer of a completion, or -1 if it has none. */
  static int bufferId(int flags) {
    return (flags & Uapi.CQE_F_BUFFER) != 0 ? flags >>> Uapi.CQE_BUFFER_SHIFT : -1;
  }
}
