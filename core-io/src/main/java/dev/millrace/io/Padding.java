package dev.millrace.io;

/**
 * How text is padded to a width. Keep instances in constants, so that printing allocates nothing.
 *
 * <p>Source: Zig {@code std.fmt.Options}.
 *
 * @param width minimum width in bytes
 * @param alignment of the text within the width; CENTER rounds to the left
 * @param fill byte used for padding
 */
public record Padding(int width, Alignment alignment, byte fill) {
  /** No padding. */
  public static final Padding NONE = new Padding(0, Alignment.RIGHT, (byte) ' ');

  public enum Alignment {
    LEFT,
    CENTER,
    RIGHT
  }

  /** Pads with spaces on the left, for columns of numbers. */
  public static Padding right(int width) {
    return new Padding(width, Alignment.RIGHT, (byte) ' ');
  }

  /** Pads with spaces on the right, for columns of text. */
  public static Padding left(int width) {
    return new Padding(width, Alignment.LEFT, (byte) ' ');
  }
}
