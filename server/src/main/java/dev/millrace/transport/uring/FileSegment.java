package dev.millrace.transport.uring;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.transport.DirectOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** A stretch of an open file waiting to be sent after what is staged. Loop thread only. */
final class FileSegment {
  /** Most that is sent at once: others get their turn after each. */
  private static final int MAX_BYTES = 2 << 20;

  private final DescriptorChannel file;
  private long position;
  private final long length;
  private final DirectOutput.@Nullable SendListener sent;
  private long left;

  /**
   * @param file becomes this object's to close
   * @param sent is told when that is done, or null for nobody
   */
  FileSegment(
      DescriptorChannel file,
      long position,
      long lengthBytes,
      DirectOutput.@Nullable SendListener sent) {
    this.file = file;
    this.position = position;
    this.length = lengthBytes;
    this.left = lengthBytes;
    this.sent = sent;
  }

  int descriptor() {
    return file.descriptor();
  }

  long position() {
    return position;
  }

  /** Bytes not yet sent, or read to be sent. */
  long left() {
    return left;
  }

  /**
   * How much of what is left can be sent at once: without waiting for a disk, nor having others
   * wait for their turn.
   *
   * @param nowNanos when the loop's turn began
   */
  long residentBytes(long nowNanos) {
    return file.residency()
        .residentBytes(descriptor(), position, Math.min(left, MAX_BYTES), nowNanos);
  }

  /** Sending what was said to be in memory took so long that it may not have been. */
  void invalidate() {
    file.residency().invalidate();
  }

  void advance(long bytes) {
    position += bytes;
    left -= bytes;
  }

  void close() {
    try {
      file.close();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // it ends a share
    }
    if (sent != null) {
      sent.onEnd(length - left);
    }
  }
}
