package dev.millrace.io;

/**
 * How many bytes an operation may move at most: nothing, a number, or no limit at all.
 *
 * <p>Hooks take one per refill, across a call the compiler cannot see through, so a fresh object
 * would reach the heap. {@link #limited} therefore hands out shared objects for the powers of two,
 * which the empty buffer of a reader or writer asks for every time; any other number costs one
 * object of 16 bytes per hook call, never one per byte.
 *
 * <p>Source: Zig {@code std.Io.Limit}.
 *
 * @param bytes the most that may be moved, not negative; {@link Long#MAX_VALUE} means no limit
 */
public record Limit(long bytes) {
  /** No bytes. */
  public static final Limit NOTHING = new Limit(0);

  /** As many as there are. */
  public static final Limit UNLIMITED = new Limit(Long.MAX_VALUE);

  private static final Limit[] POWERS_OF_TWO = new Limit[Long.SIZE - 1];

  static {
    for (int i = 0; i < POWERS_OF_TWO.length; i++) {
      POWERS_OF_TWO[i] = new Limit(1L << i);
    }
  }

  public Limit {
    if (bytes < 0) {
      throw new IllegalArgumentException("a limit is not negative: " + bytes);
    }
  }

  /** At most {@code bytes}. */
  public static Limit limited(long bytes) {
    if (bytes > 0 && (bytes & (bytes - 1)) == 0) {
      return POWERS_OF_TWO[Long.numberOfTrailingZeros(bytes)];
    }
    if (bytes == Long.MAX_VALUE) {
      return UNLIMITED;
    }
    return bytes == 0 ? NOTHING : new Limit(bytes);
  }

  /** Whether there is no limit. */
  public boolean isUnlimited() {
    return bytes == Long.MAX_VALUE;
  }

  /** Whether at least one byte may move. */
  public boolean nonzero() {
    return bytes != 0;
  }

  /** The smaller of the two. */
  public Limit min(Limit other) {
    return other.bytes < bytes ? other : this;
  }

  /** {@code available} cut down to this limit, in bytes. */
  public long min(long available) {
    return Math.min(available, bytes);
  }

  /** {@code available} cut down to this limit, in bytes; what {@code toInt} and casts are for. */
  public int minInt(int available) {
    return (int) Math.min(available, bytes);
  }

  /** The beginning of {@code span} that this limit allows. */
  public Span slice(Span span) {
    return span.length() <= bytes ? span : span.slice(0, (int) bytes);
  }

  /**
   * What is left after {@code amount} bytes have moved; no limit stays no limit.
   *
   * @throws IllegalArgumentException if more moved than was allowed
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
