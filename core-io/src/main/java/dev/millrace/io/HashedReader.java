package dev.millrace.io;

/**
 * Reads another reader and shows every byte to a hasher, also those that are discarded. The other
 * reader is best the one with the buffer.
 *
 * <p>Source: Zig {@code Reader.Hashed}.
 */
public final class HashedReader extends PullReader {
  private final Reader in;
  private final Hasher hasher;

  /** Reads {@code in} through {@code buffer}, which may be empty. */
  public HashedReader(Reader in, Hasher hasher, byte[] buffer) {
    super(buffer);
    this.in = in;
    this.hasher = hasher;
  }

  @Override
  int pull(byte[] target, int offset, int length) throws EndOfStreamException, ReadFailedException {
    int n = in.read(target, offset, length);
    hasher.update(target, offset, n);
    return n;
  }

  @Override
  protected long discardSlow(Limit limit) throws EndOfStreamException, ReadFailedException {
    if (in.buffer.length == 0) {
      return super.discardSlow(limit); // nothing to peek into there
    }
    Span span = limit.slice(in.peekGreedy(1));
    hasher.update(span.array(), span.offset(), span.length());
    in.toss(span.length());
    return span.length();
  }
}
