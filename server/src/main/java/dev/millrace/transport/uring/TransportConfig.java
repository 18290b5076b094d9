package dev.millrace.transport.uring;

import dev.millrace.uring.RingConfig;

/**
 * The transport's bounds.
 *
 * @param ring the ring's queues
 * @param receiveBuffers provided buffers, shared by all connections; a power of two
 * @param receiveBufferBytes size of each
 * @param unreadBytesPerConnection bytes that one connection may have unread before its receiving is
 *     stopped, leaving the rest to TCP's flow control; what was on its way already is still kept
 * @param smallChunkBytes size of a send chunk that fits a head and a small body
 * @param largeChunkBytes size of a send chunk for bodies
 * @param chunksPerConnection most chunks one connection may have staged
 * @param largeChunks most large chunks in all; a writer that finds none waits for one
 * @param zeroCopyBytes from how many bytes on what a chunk has is sent without a copy; 0 for never
 * @param lingerNanos how long a connection closed by us waits for the peer's end of stream
 * @param drainNanos how long a closed connection may take to send what is staged
 * @param sendTimeoutNanos how long one send may make the peer's window wait before the connection
 *     is given up
 */
public record TransportConfig(
    RingConfig ring,
    int receiveBuffers,
    int receiveBufferBytes,
    int unreadBytesPerConnection,
    int smallChunkBytes,
    int largeChunkBytes,
    int chunksPerConnection,
    int largeChunks,
    int zeroCopyBytes,
    long lingerNanos,
    long drainNanos,
    long sendTimeoutNanos) {
  /**
   * 4096 receive buffers of 4 KiB; chunks of 8 and 128 KiB, three a connection, 512 MiB in all, all
   * of them copied.
   */
  public static final TransportConfig DEFAULT =
      new TransportConfig(
          RingConfig.DEFAULT,
          4096,
          4096,
          64 << 10,
          8 << 10,
          128 << 10,
          3,
          4096,
          0,
          1_000_000_000L,
          30_000_000_000L,
          120_000_000_000L);

  /** The same for one of several loops that share out what is bounded in all. */
  public TransportConfig sharedBy(int loops) {
    return with(Math.max(1, largeChunks / loops), zeroCopyBytes);
  }

  /** The same with another {@link #zeroCopyBytes}. */
  public TransportConfig withZeroCopy(int bytes) {
    return with(largeChunks, bytes);
  }

  private TransportConfig with(int largeChunks, int zeroCopyBytes) {
    return new TransportConfig(
        ring,
        receiveBuffers,
        receiveBufferBytes,
        unreadBytesPerConnection,
        smallChunkBytes,
        largeChunkBytes,
        chunksPerConnection,
        largeChunks,
        zeroCopyBytes,
        lingerNanos,
        drainNanos,
        sendTimeoutNanos);
  }

  public TransportConfig {
    if (Integer.bitCount(receiveBuffers) != 1 || receiveBuffers > 32_768) {
      throw new IllegalArgumentException(
          "receive buffers are a power of two, at most 32768: " + receiveBuffers);
    }
    if (unreadBytesPerConnection < 1) {
      throw new IllegalArgumentException("a connection may have something unread");
    }
    if (smallChunkBytes < 1 || largeChunkBytes < smallChunkBytes) {
      throw new IllegalArgumentException("a large chunk is no smaller than a small one");
    }
    if (chunksPerConnection < 2 || largeChunks < 1) {
      throw new IllegalArgumentException("at least two chunks a connection, one large in all");
    }
    if (zeroCopyBytes < 0) {
      throw new IllegalArgumentException("a number of bytes: " + zeroCopyBytes);
    }
    if (lingerNanos < 0 || drainNanos < 0 || sendTimeoutNanos <= 0) {
      throw new IllegalArgumentException("times are not negative, and a send has some");
    }
  }
}
