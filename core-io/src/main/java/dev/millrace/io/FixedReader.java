package dev.millrace.io;

import java.util.Objects;

/** Everything is buffered from the start, and the source behind it has ended. */
final class FixedReader extends Reader {
  FixedReader(byte[] bytes, int offset, int length) {
    super(bytes);
    seek = Objects.checkFromIndexSize(offset, length, bytes.length);
    end = offset + length;
  }

  @Override
  protected long streamSlow(Writer w, Limit limit) throws EndOfStreamException {
    throw ended();
  }

  @Override
  protected long discardSlow(Limit limit) throws EndOfStreamException {
    throw ended();
  }

  @Override
  protected long readVecSlow(Slices data) throws EndOfStreamException {
    throw ended();
  }

  /** The array is the caller's and is not written to, so nothing may move in it. */
  @Override
  protected void rebaseSlow(int capacity) throws EndOfStreamException {
    throw ended();
  }

  private EndOfStreamException ended() {
    return new EndOfStreamException("no more bytes in the fixed buffer; " + (end - seek) + " left");
  }
}
