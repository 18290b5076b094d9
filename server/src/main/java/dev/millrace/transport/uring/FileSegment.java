package dev.millrace.transport.uring;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.transport.DirectOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** A segment of an open file, sent after the staged chunks. Loop thread only. */
final class FileSegment {
  /** Limit of one send, so that other connections get their turn in between. */
  private static final int MAX_BYTES = 2 << 20;

  private final DescriptorChannel file;
  private long position;
  private final long length;
  private final DirectOutput.@Nullable SendListener sent;
  private long left;

  /**
   * @param file owned, and closed, by this object from now on
   * @param sent notified when the segment ends; may be null
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

  /** Bytes neither sent nor read to be sent. */
  long left() {
    return left;
  }

  /**
   * How many of the remaining bytes can be sent in one call without waiting for a disk and without
   * starving other connections.
   *
   * @param nowNanos start of the loop's turn
   */
  long residentBytes(long nowNanos) {
    return file.residency()
        .residentBytes(descriptor(), position, Math.min(left, MAX_BYTES), nowNanos);
  }

  /**
   * Discards the cached residency: a send was so slow that the bytes were perhaps not in memory.
   */
  void invalidate() {
    file.residency().invalidate();
  }

  void advance(long bytes) {
    position += bytes;
    left -= bytes;
  }

  /** Closes the file, and notifies nothing. */
  void abandon() {
    try {
      file.close();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // DescriptorChannel.close only drops a share
    }
  }

  void close() {
    abandon();
    if (sent != null) {
      sent.onEnd(length - left);
    }
  }
}
