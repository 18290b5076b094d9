package dev.millrace.text;

/** Text in HTML. */
public final class HtmlText {
  private HtmlText() {}

  /** Escapes text in an element or a quoted attribute; shows control characters as symbols. */
  public static void escape(StringBuilder out, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        case 0x7f -> out.append('\u2421');
        default -> out.append(c < ' ' ? (char) (0x2400 + c) : c);
      }
    }
  }
}
