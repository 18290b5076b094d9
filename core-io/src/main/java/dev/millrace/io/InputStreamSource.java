package dev.millrace.io;

import java.io.IOException;
import java.io.InputStream;

/** {@link Reader#from(InputStream, int)}. */
final class InputStreamSource extends PullReader {
  private final InputStream in;

  InputStreamSource(InputStream in, byte[] buffer) {
    super(buffer);
    this.in = in;
  }

  @Override
  int pull(byte[] target, int offset, int length) throws EndOfStreamException, ReadFailedException {
    int n;
    try {
      n = in.read(target, offset, length);
    } catch (IOException e) {
      throw new ReadFailedException("the input stream failed", e);
    }
    if (n < 0) {
      throw new EndOfStreamException("the input stream has ended");
    }
    return n;
  }

  @Override
  protected long discardSlow(Limit limit) throws EndOfStreamException, ReadFailedException {
    long n;
    try {
      n = in.skip(limit.bytes());
    } catch (IOException e) {
      throw new ReadFailedException("the input stream failed", e);
    }
    // A stream that skips nothing may or may not have ended; a read finds out.
    return n > 0 ? n : super.discardSlow(limit);
  }
}
