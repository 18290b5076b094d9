package dev.millrace.uring;

import dev.millrace.uring.abi.Uapi;
import java.lang.foreign.MemorySegment;

/**
 * A pair of queues: operations are prepared into one, submitted together, and their completions
 * reaped from the other.
 *
 * <p>One thread, the one that called {@link #enable}, calls every method but the constructors; the
 * kernel refuses others (SINGLE_ISSUER). Memory named by an operation must stay valid and untouched
 * until its last completion. Preparing never fails for want of room: a full submission queue is
 * submitted first. An operation that the kernel lacks is refused with {@link
 * UnsupportedOperationException} when it is prepared. Paths are addresses of NUL-terminated bytes.
 *
 * <p>The simulated ring implements the same interface, so that what is built on a ring can be
 * tested against orders and failures that the kernel produces rarely.
 */
public interface Ring extends AutoCloseable {
  /** Makes the calling thread the ring's own. Once, before anything else. */
  void enable();

  /** What may be submitted here. */
  Features features();

  /** The number by which {@link #prepMessage} of another ring names this one. Any thread. */
  int descriptor();

  /** The clock that waits and timeouts run by, as {@link System#nanoTime()}. Any thread. */
  default long nanoTime() {
    return System.nanoTime();
  }

  /** Completes at once with result 0. */
  void prepNop(long userData);

  /**
   * Completes at once with the given result, to try how a program takes it
   * (IORING_NOP_INJECT_RESULT; kernels before 6.10 ignore it and say 0).
   */
  void prepNopResult(int result, long userData);

  /** Accepts one connection, as {@link #prepAcceptMultishot}. */
  void prepAccept(int fd, int flags, long userData);

  /**
   * Accepts connections until cancelled or failed, each with a completion whose result is the new
   * descriptor; {@link #hasMore} is false on the last (accept4(2), multishot).
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

  /** Receives once (recv(2)); 0 is the end of the stream. */
  void prepRecv(int fd, long address, int length, int messageFlags, long userData);

  /**
   * Receives once, into a provided buffer, which {@link #bufferId} names; 0 is the end of the
   * stream.
   */
  void prepRecvProvided(int fd, int bufferGroup, long userData);

  /**
   * Receives into provided buffers until cancelled, failed, at end of stream (result 0) or out of
   * buffers ({@code -ENOBUFS}); {@link #bufferId} names the buffer of each completion.
   */
  void prepRecvMultishot(int fd, int bufferGroup, long userData);

  /** Sends (send(2)). */
  void prepSend(int fd, long address, int length, int messageFlags, long userData);

  /**
   * Sends without a copy (io_uring_prep_send_zc(3)). The result comes first; if {@link #hasMore},
   * the memory stays the kernel's until a second completion that {@link #isNotification}.
   */
  void prepSendZeroCopy(int fd, long address, int length, int messageFlags, long userData);

  /**
   * Makes the zero-copy send prepared last say in its notification whether the kernel has
   * {@linkplain #wasCopied copied} all the same, as it does to a local receiver and for devices
   * that cannot gather (IORING_SEND_ZC_REPORT_USAGE, since Linux 6.2; before, the send fails with
   * {@code -EINVAL}).
   */
  void reportCopies();

  /**
   * Opens relative to a directory (openat2(2)); the result is the descriptor.
   *
   * @param how address of a {@code struct open_how}, 24 bytes
   */
  void prepOpenat2(int directoryFd, long path, long how, long userData);

  /** Reads at an offset (pread(2)); may be short. */
  void prepRead(int fd, long address, int length, long offset, long userData);

  /** Writes at an offset (pwrite(2)); may be short. */
  void prepWrite(int fd, long address, int length, long offset, long userData);

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

  /** Tells the kernel how a range will be used (posix_fadvise(2)). */
  void prepFadvise(int fd, long offset, int length, int advice, long userData);

  /**
   * Asks what a path is (statx(2)).
   *
   * @param flags {@code AT_*}
   * @param mask {@link Statx#BASIC}
   * @param into address of {@link Statx#BYTES} bytes
   */
  void prepStatx(int directoryFd, long path, int flags, int mask, long into, long userData);

  /** Renames (renameat2(2)). */
  void prepRenameat(
      int oldDirectoryFd, long oldPath, int newDirectoryFd, long newPath, int flags, long userData);

  /** Removes a name (unlinkat(2)); flags may be {@code AT_REMOVEDIR}, 0x200. */
  void prepUnlinkat(int directoryFd, long path, int flags, long userData);

  /** Makes a directory (mkdirat(2)). */
  void prepMkdirat(int directoryFd, long path, int mode, long userData);

  /** Gives a file a further name (linkat(2)). */
  void prepLinkat(
      int oldDirectoryFd, long oldPath, int newDirectoryFd, long newPath, int flags, long userData);

  /** Closes a descriptor (close(2)); cancels nothing in flight on it. */
  void prepClose(int fd, long userData);

  /**
   * Cancels the operation submitted with {@code target}. Completes with 0, {@code -ENOENT} or
   * {@code -EALREADY}; the cancelled operation completes by itself, commonly with {@code
   * -ECANCELED}.
   */
  void prepCancel(long target, long userData);

  /** Cancels whatever is in flight on a descriptor; the result is how many were found. */
  void prepCancelDescriptor(int fd, long userData);

  /** Cancels whatever is in flight on this ring; the result is how many were found. */
  void prepCancelAll(long userData);

  /** Waits for {@code POLL*} events once; the result is the events. */
  void prepPoll(int fd, int events, long userData);

  /** Tells of {@code POLL*} events each time they come, while {@link #hasMore}. */
  void prepPollMultishot(int fd, int events, long userData);

  /** Completes with {@code -ETIME} after a time, or {@code -ECANCELED}. */
  void prepTimeout(long nanos, long userData);

  /**
   * Bounds the operation prepared just before, which was {@linkplain #linkNext() linked}: when the
   * time is over that one is cancelled and this completes with {@code -ETIME}.
   */
  void prepLinkTimeout(long nanos, long userData);

  /**
   * Waits while the word holds {@code expected}, until woken by futex(2) FUTEX_WAKE_PRIVATE; {@code
   * -EAGAIN} if it does not hold it.
   */
  void prepFutexWait(MemorySegment word, int expected, long userData);

  /** Wakes waiters of a word (FUTEX_WAKE_PRIVATE); the result is how many. */
  void prepFutexWake(MemorySegment word, int waiters, long userData);

  /**
   * Posts a completion to another ring (io_uring_prep_msg_ring(3)).
   *
   * @param ring the other's {@link #descriptor}
   * @param result and {@code userDataThere}: what its sink is given
   */
  void prepMessage(int ring, int result, long userDataThere, long userData);

  /**
   * Sees to it that the next operations go to the kernel in one call, submitting earlier ones if
   * need be: a chain that is cut by a full queue is two chains.
   *
   * @throws IllegalArgumentException if the queue never holds that many
   */
  void reserve(int entries);

  /** Sets {@code IOSQE_*} flags on the submission prepared last. */
  void flagLast(int sqeFlags);

  /**
   * Makes the next operation wait for the one prepared last; if this one fails or is short, it
   * completes with {@code -ECANCELED}. {@link #reserve} room for the chain first.
   */
  default void linkNext() {
    flagLast(Uapi.SQE_IO_LINK);
  }

  /** As {@link #linkNext}, but the next one runs also if this one fails. */
  default void linkNextAlways() {
    flagLast(Uapi.SQE_IO_HARDLINK);
  }

  /** Hands the operation prepared last to a kernel worker at once: it is known to block. */
  default void forceAsync() {
    flagLast(Uapi.SQE_ASYNC);
  }

  /**
   * Leaves out the completion of the operation prepared last if it succeeds. A sleep that waits for
   * completions is not ended by it.
   */
  default void skipSuccess() {
    flagLast(Uapi.SQE_CQE_SKIP_SUCCESS);
  }

  /** Submissions prepared and not yet handed to the kernel. */
  int queued();

  /**
   * Hands over what is queued and waits. Returns early when a signal interrupts it: callers loop
   * until they have what they wait for.
   *
   * @param minComplete completions to wait for; 0 does not wait
   * @param timeoutNanos longest wait; negative for no bound
   */
  void submitAndWait(int minComplete, long timeoutNanos);

  /** Hands over what is queued, without waiting. */
  default void submit() {
    submitAndWait(0, 0);
  }

  /**
   * Takes completions off the queue, oldest first, each freed before the sink sees it.
   *
   * @return how many were taken
   */
  int reap(CompletionSink sink, int atMost);

  /**
   * Copies completions off the queue in bulk, oldest first: as many as are there and fit, all of
   * them freed at once. If there are none, hands over what is queued and waits, again after a
   * signal that came before the first completion.
   *
   * @param waitFor completions to wait for if there are none; 0 does not wait, and as many as fit
   *     is the most
   * @return how many were copied, which {@link Completions#count} says too: at least one unless
   *     {@code waitFor} is 0; fewer than {@code waitFor} after a signal
   */
  int copyCqes(Completions into, int waitFor);

  /**
   * Provides buffers for receiving.
   *
   * @param entries a power of two, at most 32768
   * @param bufferBytes size of each
   * @param group the number by which {@link #prepRecvMultishot} names it
   * @throws RingUnavailableException if the kernel refuses, as where too little memory may be
   *     locked
   */
  BufferRing provideBuffers(int entries, int bufferBytes, int group)
      throws RingUnavailableException;

  /**
   * Registers buffers for {@link #prepReadFixed} and {@link #prepWriteFixed}, by their index here;
   * one set at a time. Their pages are locked in memory; keep them until {@link
   * #unregisterBuffers}.
   *
   * @throws RingUnavailableException if so much memory may not be locked, with the cure
   */
  void registerBuffers(MemorySegment... buffers) throws RingUnavailableException;

  /** Takes registered buffers back; nothing may be in flight on them. */
  void unregisterBuffers();

  /** Counters since the ring was made. Only the ring's thread may read exact values. */
  RingStats stats();

  /** Frees the queues. What is in flight is cancelled by the kernel: join it first. */
  @Override
  void close();

  /** Whether a further completion of the same operation follows this one. */
  static boolean hasMore(int flags) {
    return (flags & Uapi.CQE_F_MORE) != 0;
  }

  /** Whether this is the second completion of a zero-copy send: its memory is free again. */
  static boolean isNotification(int flags) {
    return (flags & Uapi.CQE_F_NOTIF) != 0;
  }

  /** Whether a {@link #reportCopies notification's} result says that there was a copy. */
  static boolean wasCopied(int result) {
    return (result & Uapi.NOTIF_USAGE_ZC_COPIED) != 0;
  }

  /** The provided buffer of a completion, or -1 if it carries none. */
  static int bufferId(int flags) {
    return (flags & Uapi.CQE_F_BUFFER) != 0 ? flags >>> Uapi.CQE_BUFFER_SHIFT : -1;
  }
}
