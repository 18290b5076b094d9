package dev.millrace.io;

/**
 * How text is widened to a column. Keep one in a constant: printing then allocates nothing.
 *
 * <p>Source: Zig {@code std.fmt.Options}.
 *
 * @param width bytes to fill at least
 * @param alignment where the text stands in them; off centre by one towards the left
 * @param fill byte put around it
 */
public record Padding(int width, Alignment alignment, byte fill) {
  /** As wide as the text is. */
  public static final Padding NONE = new Padding(0, Alignment.RIGHT, (byte) ' ');

  /** Where text stands within a width. */
  public enum Alignment {
    LEFT,
    CENTER,
    RIGHT
  }

  /** Spaces in front, for columns of numbers. */
  public static Padding right(int width) {
    return new Padding(width, Alignment.RIGHT, (byte) ' ');
  }

  /** Spaces behind, for columns of text. */
  public static Padding left(int width) {
    return new Padding(width, Alignment.LEFT, (byte) ' ');
  }
}
