package dev.millrace.content.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** Passes on a part of what is written. One thread. */
final class Window extends OutputStream {
  private final OutputStream out;
  private long skip;
  private long left;

  /**
   * @param skip number of bytes before the part
   * @param length of the part
   */
  Window(OutputStream out, long skip, long length) {
    this.out = out;
    this.skip = skip;
    this.left = length;
  }

  /** Bytes that are dropped before the part begins. */
  long skipLeft() {
    return skip;
  }

  /** Counts bytes as written that are before the part. */
  void skipped(long count) {
    skip -= Objects.checkIndex(count - 1, skip) + 1;
  }

  /** Whether the whole part was passed on. */
  boolean isFull() {
    return left == 0;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int dropped = (int) Math.min(skip, length);
    skip -= dropped;
    int passed = (int) Math.min(left, length - dropped);
    left -= passed;
    out.write(bytes, offset + dropped, passed);
  }
}
