package dev.millrace.transport.uring;

import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingConfig;

/**
 * The transport's limits.
 *
 * @param ring sizes of the ring's queues
 * @param receiveBuffers provided buffers shared by all connections; a power of two
 * @param receiveBufferBytes size of each provided buffer
 * @param unreadBytesPerConnection unread bytes of one connection at which its receiving stops and
 *     TCP's flow control takes over; bytes already in flight are still kept
 * @param smallChunkBytes size of a send chunk for a response head and a small body
 * @param largeChunkBytes size of a send chunk for large bodies
 * @param chunksPerConnection maximum of chunks that one connection may have staged
 * @param largeChunks maximum of large chunks of all connections; a writer that finds none waits
 * @param zeroCopyBytes unsent bytes of a chunk from which it is sent without a copy; 0 means never
 * @param lingerNanos how long a connection closed by us waits for the peer's end of stream
 * @param drainNanos how long the peer of a closed connection may take no byte of those staged
 * @param sendTimeoutNanos how long one send may wait for the peer's window before the connection is
 *     closed
 * @param minSendBytes bytes a second that a peer must acknowledge while there are bytes to send; 0
 *     for none
 * @param minSendNanos the time over which that rate is measured
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
    long sendTimeoutNanos,
    int minSendBytes,
    long minSendNanos) {
  /** What a server's loop submits: sockets, files that are read, and its own wake-up. */
  private static final OpKind[] OPERATIONS = {
    OpKind.NOP,
    OpKind.ACCEPT,
    OpKind.RECV,
    OpKind.SEND,
    OpKind.SEND_ZC,
    OpKind.OPENAT2,
    OpKind.READ,
    OpKind.CANCEL,
    OpKind.POLL,
    OpKind.FUTEX_WAIT
  };

  /**
   * 4096 receive buffers of 4 KiB; chunks of 8 and 128 KiB, three per connection; at most 512 MiB
   * of large chunks; no zero-copy.
   */
  public static final TransportConfig DEFAULT =
      new TransportConfig(
          RingConfig.DEFAULT.restrictedTo(OPERATIONS),
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
          120_000_000_000L,
          0,
          60_000_000_000L);

  /** This configuration for one of several loops, which share the limit of large chunks. */
  public TransportConfig sharedBy(int loops) {
    return with(Math.max(1, largeChunks / loops), zeroCopyBytes, minSendBytes, minSendNanos);
  }

  /** This configuration with another {@link #zeroCopyBytes}. */
  public TransportConfig withZeroCopy(int bytes) {
    return with(largeChunks, bytes, minSendBytes, minSendNanos);
  }

  /** This configuration with another {@link #minSendBytes} and {@link #minSendNanos}. */
  public TransportConfig withMinSend(int bytes, long nanos) {
    return with(largeChunks, zeroCopyBytes, bytes, nanos);
  }

  private TransportConfig with(
      int largeChunks, int zeroCopyBytes, int minSendBytes, long minSendNanos) {
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
        sendTimeoutNanos,
        minSendBytes,
        minSendNanos);
  }

  public TransportConfig {
    if (Integer.bitCount(receiveBuffers) != 1 || receiveBuffers > 32_768) {
      throw new IllegalArgumentException(
          "receiveBuffers must be a power of two, at most 32768: " + receiveBuffers);
    }
    if (unreadBytesPerConnection < 1) {
      throw new IllegalArgumentException("unreadBytesPerConnection must be positive");
    }
    if (smallChunkBytes < 1 || largeChunkBytes < smallChunkBytes) {
      throw new IllegalArgumentException(
          "smallChunkBytes must be positive and at most largeChunkBytes");
    }
    if (chunksPerConnection < 2 || largeChunks < 1) {
      throw new IllegalArgumentException(
          "chunksPerConnection must be at least 2, largeChunks at least 1");
    }
    if (zeroCopyBytes < 0) {
      throw new IllegalArgumentException("zeroCopyBytes must not be negative: " + zeroCopyBytes);
    }
    if (lingerNanos < 0 || drainNanos < 0 || sendTimeoutNanos <= 0) {
      throw new IllegalArgumentException(
          "times must not be negative, sendTimeoutNanos must be positive");
    }
    if (minSendBytes < 0 || minSendNanos <= 0) {
      throw new IllegalArgumentException(
          "minSendBytes must not be negative, minSendNanos must be positive");
    }
  }
}
