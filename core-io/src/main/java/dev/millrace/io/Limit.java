package dev.millrace.io;

/**
 * The maximum number of bytes that an operation may move: nothing, a number, or no limit.
 *
 * <p>Hooks receive a limit once per refill through a virtual call, so escape analysis cannot remove
 * a new object. {@link #limited} therefore returns shared objects for powers of two, which an empty
 * buffer of usual size needs each time. Any other number costs one 16-byte object per hook call,
 * never one per byte.
 *
 * <p>Source: Zig {@code std.Io.Limit}.
 *
 * @param bytes the maximum, not negative; {@link Long#MAX_VALUE} means no limit
 */
public record Limit(long bytes) {
  public static final Limit NOTHING = new Limit(0);

  /** No limit. */
  public static final Limit UNLIMITED = new Limit(Long.MAX_VALUE);

  private static final Limit[] POWERS_OF_TWO = new Limit[Long.SIZE - 1];

  static {
    for (int i = 0; i < POWERS_OF_TWO.length; i++) {
      POWERS_OF_TWO[i] = new Limit(1L << i);
    }
  }

  public Limit {
    if (bytes < 0) {
      throw new IllegalArgumentException("a limit must not be negative: " + bytes);
    }
  }

  public static Limit limited(long bytes) {
    if (bytes > 0 && (bytes & (bytes - 1)) == 0) {
      return POWERS_OF_TWO[Long.numberOfTrailingZeros(bytes)];
    }
    if (bytes == Long.MAX_VALUE) {
      return UNLIMITED;
    }
    return bytes == 0 ? NOTHING : new Limit(bytes);
  }

  public boolean isUnlimited() {
    return bytes == Long.MAX_VALUE;
  }

  /** Whether at least one byte may be moved. */
  public boolean nonzero() {
    return bytes != 0;
  }

  /** The smaller of the two. */
  public Limit min(Limit other) {
    return other.bytes < bytes ? other : this;
  }

  /** The smaller of {@code available} and this limit. */
  public long min(long available) {
    return Math.min(available, bytes);
  }

  /** The smaller of {@code available} and this limit, as an int. */
  public int minInt(int available) {
    return (int) Math.min(available, bytes);
  }

  /** The start of {@code span} that this limit allows. */
  public Span slice(Span span) {
    return span.length() <= bytes ? span : span.slice(0, (int) bytes);
  }

  /**
   * The limit after {@code amount} bytes have been moved; no limit stays no limit.
   *
   * @throws IllegalArgumentException if {@code amount} exceeds the limit
   */
  public Limit subtract(long amount) {
    if (isUnlimited() || amount == 0) {
      return this;
    }
    if (amount < 0 || amount > bytes) {
      throw new IllegalArgumentException(amount + " bytes moved under a limit of " + bytes);
    }
    return limited(bytes - amount);
  }
}
