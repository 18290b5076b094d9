package dev.millrace.io;

/**
 * Passes everything to a hasher and discards it. After {@link #flush} the hasher has processed all
 * bytes.
 *
 * <p>Source: Zig {@code Writer.Hashing}.
 */
public final class HashingWriter extends Writer {
  private final Hasher hasher;

  /** Creates a writer; {@code buffer} collects small writes and may be empty. */
  public HashingWriter(Hasher hasher, byte[] buffer) {
    super(buffer);
    this.hasher = hasher;
  }

  @Override
  protected long drain(Slices data, int splat) {
    hasher.update(buffer, 0, end);
    consumeAll();
    long n = data.totalSplat(splat);
    HashedWriter.showAll(hasher, data, splat, n);
    return n;
  }
}
