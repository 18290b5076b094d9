package dev.millrace.transport;

import dev.millrace.file.DescriptorChannel;
import java.lang.foreign.MemorySegment;

/**
 * Where a connection's bytes can be staged past XNIO's channels, as a whole or not at all; they are
 * sent at the end of the loop's turn. What is staged comes after all that was written before. Loop
 * thread only.
 */
public interface DirectOutput {
  /** Whether the connection has not broken. */
  boolean canSend();

  /**
   * The peer has said that what it sent is all, so that closing the connection need not wait for
   * its end: nothing comes that would have the kernel reset the connection.
   */
  void peerIsDone();

  /**
   * Ends both directions at once, so that closing the connection waits for nothing. What the peer
   * sends from now on is answered with a reset.
   */
  void hangUp();

  /** Whether {@link #stage} would take this many bytes now. */
  boolean hasRoom(int bytes);

  /**
   * Copies bytes to be sent, those of one memory after those of another, of each from the
   * beginning.
   *
   * @param firstBytes and {@code secondBytes}: together as many as {@link #hasRoom} has allowed
   */
  void stage(MemorySegment first, int firstBytes, MemorySegment second, int secondBytes);

  /** Is told that a stretch of a file has been sent, or will not be. Loop thread. */
  @FunctionalInterface
  interface SendListener {
    /**
     * The last that is heard of it.
     *
     * @param bytes of it that the kernel has taken, or that were read to be sent; all, unless the
     *     connection broke
     */
    void onEnd(long bytes);
  }

  /**
   * Has a stretch of a file sent after what was staged; until it is sent there is {@linkplain
   * #hasRoom room} for nothing.
   *
   * @param file becomes this object's to close
   * @param sent is told of its end, once; may write or close then
   */
  void stage(DescriptorChannel file, long position, long lengthBytes, SendListener sent);
}
