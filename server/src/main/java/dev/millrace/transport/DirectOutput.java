package dev.millrace.transport;

import dev.millrace.file.DescriptorChannel;
import java.lang.foreign.MemorySegment;

/**
 * Stages a connection's bytes past XNIO's channels. A call stages all of its bytes or fails; the
 * loop sends them at the end of its turn, after all bytes written earlier. Loop thread only.
 */
public interface DirectOutput {
  /** False once the connection is broken. */
  boolean canSend();

  /**
   * The peer has announced that it sends nothing more, so closing the connection need not wait for
   * its end of stream: no unread bytes can arrive and make the kernel reset the connection.
   */
  void peerIsDone();

  /**
   * Shuts down both directions at once, so closing the connection waits for nothing. The kernel
   * answers later bytes of the peer with a reset.
   */
  void hangUp();

  /** Whether {@link #stage} accepts this many bytes now. */
  boolean hasRoom(int bytes);

  /**
   * Copies the first bytes of two memory segments, one after the other, to be sent.
   *
   * @param firstBytes and {@code secondBytes}: together at most as many as {@link #hasRoom} has
   *     allowed
   */
  void stage(MemorySegment first, int firstBytes, MemorySegment second, int secondBytes);

  /** Notified once, when a file segment has been sent or cannot be sent. */
  @FunctionalInterface
  interface SendListener {
    /**
     * The last call for this segment.
     *
     * @param bytes of the segment that the kernel accepted or that were read to be sent; all of
     *     them unless the connection broke
     */
    void onEnd(long bytes);
  }

  /**
   * Sends a segment of a file after the staged bytes. Until it is sent, {@link #hasRoom} is false.
   *
   * @param file owned, and closed, by this object from now on
   * @param sent notified once when the segment ends; it may write or close then
   */
  void stage(DescriptorChannel file, long position, long lengthBytes, SendListener sent);

  /** Number of staged bytes that the kernel has not accepted, file segments not counted. */
  long unsentBytes();

  /**
   * Sets the task to run, at the end of a turn or later, when the kernel has accepted all staged
   * bytes, or when the connection is broken. It runs once.
   */
  void whenSent(Runnable task);

  /** Sets the sealer of all later file segments. Bytes of memory are staged as they are. */
  void sealFiles(Sealer sealer);
}
