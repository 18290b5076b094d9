package dev.millrace.io;

import org.jspecify.annotations.Nullable;

/**
 * Implements {@link Writer#print(String, Object...)}: placeholders {@code {specifier:fill align
 * width}} after Zig's. Errors that Zig finds at compile time are found here before a byte is
 * written.
 */
final class Template {
  private Template() {}

  /** One placeholder; {@code stop} is the index after its closing brace. */
  private record Placeholder(String specifier, Padding padding, int stop) {}

  static void print(Writer w, String template, @Nullable Object[] args)
      throws WriteFailedException {
    // Renders everything first, so that an invalid template or argument writes nothing.
    AllocatingWriter text = new AllocatingWriter(template.length() + 16, Limit.UNLIMITED);
    int used = 0;
    for (int i = 0; i < template.length(); ) {
      char c = template.charAt(i);
      if ((c == '{' || c == '}') && i + 1 < template.length() && template.charAt(i + 1) == c) {
        text.writeByte(c);
        i += 2;
      } else if (c == '{') {
        if (used == args.length) {
          throw new IllegalArgumentException("too few arguments for \"" + template + '"');
        }
        Placeholder placeholder = parse(template, i);
        value(text, placeholder, args[used++]);
        i = placeholder.stop;
      } else if (c == '}') {
        throw new IllegalArgumentException("unmatched } in \"" + template + '"');
      } else {
        int stop = i + 1;
        while (stop < template.length() && "{}".indexOf(template.charAt(stop)) < 0) {
          stop++;
        }
        text.printUtf8(template.substring(i, stop));
        i = stop;
      }
    }
    if (used < args.length) {
      throw new IllegalArgumentException(
          (args.length - used) + " unused arguments in \"" + template + '"');
    }
    w.writeAll(text.written());
  }

  private static Placeholder parse(String template, int open) {
    int close = template.indexOf('}', open);
    if (close < 0) {
      throw new IllegalArgumentException("unmatched { in \"" + template + '"');
    }
    String inside = template.substring(open + 1, close);
    int colon = inside.indexOf(':');
    if (colon < 0) {
      return new Placeholder(inside, Padding.NONE, close + 1);
    }
    String layout = inside.substring(colon + 1);
    byte fill = ' ';
    Padding.Alignment alignment = Padding.Alignment.RIGHT;
    if (layout.length() >= 2 && "<^>".indexOf(layout.charAt(1)) >= 0 && layout.charAt(0) < 0x80) {
      fill = (byte) layout.charAt(0);
      layout = layout.substring(1);
    }
    if (!layout.isEmpty() && "<^>".indexOf(layout.charAt(0)) >= 0) {
      alignment =
          switch (layout.charAt(0)) {
            case '<' -> Padding.Alignment.LEFT;
            case '^' -> Padding.Alignment.CENTER;
            default -> Padding.Alignment.RIGHT;
          };
      layout = layout.substring(1);
    }
    try {
      int width = Integer.parseInt(layout);
      return new Placeholder(
          inside.substring(0, colon), new Padding(width, alignment, fill), close + 1);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("invalid width in {" + inside + '}', e);
    }
  }

  private static void value(Writer w, Placeholder placeholder, @Nullable Object arg)
      throws WriteFailedException {
    AllocatingWriter text = new AllocatingWriter();
    switch (placeholder.specifier) {
      case "" -> any(text, arg);
      case "d" -> text.printInt(integer(arg));
      case "b" -> text.printInt(integer(arg), 2, Case.LOWER, Padding.NONE);
      case "o" -> text.printInt(integer(arg), 8, Case.LOWER, Padding.NONE);
      case "x" -> hex(text, arg, Case.LOWER);
      case "X" -> hex(text, arg, Case.UPPER);
      case "s" -> string(text, arg);
      case "b64" -> text.printBase64(span(arg));
      case "c" -> text.writeByte((int) integer(arg));
      case "u" -> text.printCodePoint((int) integer(arg));
      case "B" -> text.printByteSize(integer(arg), ByteSizeUnits.DECIMAL, 2);
      case "Bi" -> text.printByteSize(integer(arg), ByteSizeUnits.BINARY, 2);
      case "D" -> text.printDuration(integer(arg));
      default ->
          throw new IllegalArgumentException("unknown specifier {" + placeholder.specifier + '}');
    }
    w.alignBuffer(text.written(), placeholder.padding);
  }

  private static void any(Writer w, @Nullable Object arg) throws WriteFailedException {
    w.printUtf8(String.valueOf(arg));
  }

  private static void hex(Writer w, @Nullable Object arg, Case letters)
      throws WriteFailedException {
    if (arg instanceof Number) {
      w.printInt(integer(arg), 16, letters, Padding.NONE);
    } else {
      w.printHex(span(arg), letters);
    }
  }

  private static void string(Writer w, @Nullable Object arg) throws WriteFailedException {
    if (arg instanceof CharSequence text) {
      w.printUtf8(text);
    } else {
      w.writeAll(span(arg));
    }
  }

  private static long integer(@Nullable Object arg) {
    if (arg instanceof Long
        || arg instanceof Integer
        || arg instanceof Short
        || arg instanceof Byte) {
      return ((Number) arg).longValue();
    }
    throw new IllegalArgumentException("not an integer: " + arg);
  }

  private static Span span(@Nullable Object arg) {
    if (arg instanceof Span span) {
      return span;
    }
    if (arg instanceof byte[] array) {
      return Span.of(array);
    }
    throw new IllegalArgumentException("not bytes: " + arg);
  }
}
