package dev.millrace.transport;

import dev.millrace.file.DescriptorChannel;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A stretch of an open file waiting to be sent after what is staged. Loop thread only. */
final class FileSegment {
  private final DescriptorChannel file;
  private long position;
  private long left;

  /**
   * @param file becomes this object's to close
   */
  FileSegment(DescriptorChannel file, long position, long lengthBytes) {
    this.file = file;
    this.position = position;
    this.left = lengthBytes;
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
   * How much of what is left can be sent without waiting for a disk.
   *
   * @param nowNanos when the loop's turn began
   */
  long residentBytes(long nowNanos) {
    return file.residency().residentBytes(descriptor(), position, left, nowNanos);
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
  }
}
