package dev.millrace.io;

import java.util.Objects;

/** All bytes are buffered from the start, and the source has ended. */
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

  /** Throws: the caller owns the array, so its bytes must not be moved. */
  @Override
  protected void rebaseSlow(int capacity) throws EndOfStreamException {
    throw ended();
  }

  private EndOfStreamException ended() {
    return new EndOfStreamException("no more bytes in the fixed buffer; " + (end - seek) + " left");
  }
}
