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
 * submitted first.
 *
 * <p>The simulated ring implements the same interface, so that what is built on a ring can be
 * tested against orders and failures that the kernel produces rarely.
 */
public interface Ring extends AutoCloseable {
  /** Makes the calling thread the ring's own. Once, before anything else. */
  void enable();

  /** What may be submitted here. */
  Features features();

  /** Completes at once with result 0. */
  void prepNop(long userData);

  /**
   * Accepts connections until cancelled or failed, each with a completion whose result is the new
   * descriptor; {@link #hasMore} is false on the last (accept4(2), multishot).
   *
   * @param flags {@code SOCK_CLOEXEC}, {@code SOCK_NONBLOCK}
   */
  void prepAcceptMultishot(int fd, int flags, long userData);

  /**
   * Receives into provided buffers until cancelled, failed, at end of stream (result 0) or out of
   * buffers ({@code -ENOBUFS}); {@link #bufferId} names the buffer of each completion.
   */
  void prepRecvMultishot(int fd, int bufferGroup, long userData);

  /** Sends (send(2)). */
  void prepSend(int fd, long address, int length, int messageFlags, long userData);

  /**
   * Opens relative to a directory (openat2(2)); the result is the descriptor.
   *
   * @param path address of a NUL-terminated path
   * @param how address of a {@code struct open_how}, 24 bytes
   */
  void prepOpenat2(int directoryFd, long path, long how, long userData);

  /** Reads at an offset (pread(2)); may be short. */
  void prepRead(int fd, long address, int length, long offset, long userData);

  /** Writes at an offset (pwrite(2)); may be short. */
  void prepWrite(int fd, long address, int length, long offset, long userData);

  /** Closes a descriptor (close(2)); cancels nothing in flight on it. */
  void prepClose(int fd, long userData);

  /**
   * Cancels the operation submitted with {@code target}. Completes with 0, {@code -ENOENT} or
   * {@code -EALREADY}; the cancelled operation completes by itself, commonly with {@code
   * -ECANCELED}.
   */
  void prepCancel(long target, long userData);

  /** Waits for {@code POLL*} events once; the result is the events. */
  void prepPoll(int fd, int events, long userData);

  /**
   * Waits while the word holds {@code expected}, until woken by futex(2) FUTEX_WAKE_PRIVATE; {@code
   * -EAGAIN} if it does not hold it.
   */
  void prepFutexWait(MemorySegment word, int expected, long userData);

  /** Sets {@code IOSQE_*} flags on the submission prepared last. */
  void flagLast(int sqeFlags);

  /** Submissions prepared and not yet handed to the kernel. */
  int queued();

  /**
   * Hands over what is queued and waits.
   *
   * @param minComplete completions to wait for; 0 does not wait
   * @param timeoutNanos longest wait; negative for no bound
   */
  void submitAndWait(int minComplete, long timeoutNanos);

  /**
   * Takes completions off the queue, oldest first, each freed before the sink sees it.
   *
   * @return how many were taken
   */
  int reap(CompletionSink sink, int atMost);

  /**
   * Provides buffers for receiving.
   *
   * @param entries a power of two, at most 32768
   * @param bufferBytes size of each
   * @param group the number by which {@link #prepRecvMultishot} names it
   */
  BufferRing provideBuffers(int entries, int bufferBytes, int group);

  /** Counters since the ring was made. Only the ring's thread may read exact values. */
  RingStats stats();

  /** Frees the queues. What is in flight is cancelled by the kernel: join it first. */
  @Override
  void close();

  /** Whether a multishot operation goes on after this completion. */
  static boolean hasMore(int flags) {
    return (flags & Uapi.CQE_F_MORE) != 0;
  }

  /** The provided buffer of a completion, or -1 if it carries none. */
  static int bufferId(int flags) {
    return (flags & Uapi.CQE_F_BUFFER) != 0 ? flags >>> Uapi.CQE_BUFFER_SHIFT : -1;
  }
}
