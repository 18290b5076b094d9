package dev.millrace.io;

/**
 * Reads another reader and passes every byte to a hasher, including discarded ones. Preferably the
 * other reader has the buffer.
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
      return super.discardSlow(limit); // in has no buffer to peek into
    }
    Span span = limit.slice(in.peekGreedy(1));
    hasher.update(span.array(), span.offset(), span.length());
    in.toss(span.length());
    return span.length();
  }
}
