package dev.millrace.io;

/**
 * Shows everything to a hasher and forgets it. The hasher has seen all after {@link #flush}.
 *
 * <p>Source: Zig {@code Writer.Hashing}.
 */
public final class HashingWriter extends Writer {
  private final Hasher hasher;

  /** Collects small writes in {@code buffer}, which may be empty. */
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
