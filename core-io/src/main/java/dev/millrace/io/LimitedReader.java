package dev.millrace.io;

/**
 * Reads another reader and ends after a number of bytes. Bytes in its own buffer are already
 * consumed from the other reader.
 *
 * <p>Source: Zig {@code std/Io/Reader/Limited.zig}.
 */
public final class LimitedReader extends Reader {
  private final Reader in;
  private Limit remaining;

  /** Reads at most {@code limit} bytes of {@code in} through {@code buffer}, which may be empty. */
  public LimitedReader(Reader in, Limit limit, byte[] buffer) {
    super(buffer);
    this.in = in;
    this.remaining = limit;
  }

  /** How many more bytes may be consumed from the other reader. */
  public Limit remaining() {
    return remaining;
  }

  @Override
  protected long streamSlow(Writer w, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    return took(in.stream(w, allowed(limit)));
  }

  @Override
  protected long discardSlow(Limit limit) throws EndOfStreamException, ReadFailedException {
    return took(in.discard(allowed(limit)));
  }

  private Limit allowed(Limit limit) throws EndOfStreamException {
    if (!remaining.nonzero()) {
      throw new EndOfStreamException("the limit has been reached");
    }
    return limit.min(remaining);
  }

  private long took(long n) {
    remaining = remaining.subtract(n);
    return n;
  }
}
