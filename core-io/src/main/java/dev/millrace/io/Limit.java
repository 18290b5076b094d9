package dev.millrace.io;

/** How many bytes an operation may move at most: nothing, a number, or no limit at all. */
public record Limit(long bytes) {
  /** No bytes. */
  public static final Limit NOTHING = new Limit(0);

  /** As many as there are. */
  public static final Limit UNLIMITED = new Limit(Long.MAX_VALUE);

  public Limit {
    if (bytes < 0) {
      throw new IllegalArgumentException("a limit is not negative: " + bytes);
    }
  }
}
