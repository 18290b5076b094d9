package dev.millrace.http.semantics;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A parser of dictionaries of structured field values (RFC 9651 §3.2, §4.2.2). It returns integers
 * or byte sequences; values of other types are checked and ignored.
 */
final class StructuredDictionary {
  private static final long LARGEST = 999_999_999_999_999L;

  private final String text;
  private int at;

  private StructuredDictionary(String text) {
    this.text = text;
  }

  /** Thrown and caught in this class only: a malformed field is ignored as a whole. */
  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed() {
      super(null, null, false, false);
    }
  }

  /**
   * The members in order; values that are not integers are null.
   *
   * @param field all lines of the field joined by commas
   * @return empty if the field is malformed anywhere
   */
  static Optional<Map<String, @Nullable Long>> integers(String field) {
    return parse(field, Long.class);
  }

  /** As {@link #integers}, for byte sequences. */
  static Optional<Map<String, byte @Nullable []>> byteSequences(String field) {
    return parse(field, byte[].class);
  }

  private static <T> Optional<Map<String, @Nullable T>> parse(String field, Class<T> type) {
    Map<String, @Nullable Object> members;
    try {
      members = new StructuredDictionary(field).dictionary();
    } catch (Malformed malformed) {
      return Optional.empty();
    }
    Map<String, @Nullable T> values = new LinkedHashMap<>();
    members.forEach(
        (key, value) -> values.put(key, type.isInstance(value) ? type.cast(value) : null));
    return Optional.of(values);
  }

  private boolean atEnd() {
    return at == text.length();
  }

  private char peek() {
    return atEnd() ? '\0' : text.charAt(at);
  }

  private char take() throws Malformed {
    if (atEnd()) {
      throw new Malformed();
    }
    return text.charAt(at++);
  }

  private boolean skip(char c) {
    boolean there = peek() == c && !atEnd();
    at += there ? 1 : 0;
    return there;
  }

  private void expect(char c) throws Malformed {
    if (!skip(c)) {
      throw new Malformed();
    }
  }

  private void spaces() {
    while (skip(' ')) {}
  }

  private void optionalWhitespace() {
    while (skip(' ') || skip('\t')) {}
  }

  private Map<String, @Nullable Object> dictionary() throws Malformed {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    spaces();
    while (!atEnd()) {
      String key = key();
      Object value = null;
      if (skip('=')) {
        value = peek() == '(' ? innerList() : bareItem();
      }
      parameters();
      members.remove(key); // the last duplicate wins, at its position
      members.put(key, value);
      optionalWhitespace();
      if (!atEnd()) {
        expect(',');
        optionalWhitespace();
        if (atEnd()) {
          throw new Malformed(); // a trailing comma
        }
      }
    }
    return members;
  }

  private String key() throws Malformed {
    int from = at;
    char first = peek();
    if (first != '*' && !isLower(first)) {
      throw new Malformed();
    }
    while (!atEnd() && (isLower(peek()) || isDigit(peek()) || "_-.*".indexOf(peek()) >= 0)) {
      at++;
    }
    return text.substring(from, at);
  }

  private static boolean isLower(char c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isAlpha(char c) {
    return isLower(c) || (c >= 'A' && c <= 'Z');
  }

  private @Nullable Object innerList() throws Malformed {
    expect('(');
    while (true) {
      spaces();
      if (skip(')')) {
        return null;
      }
      var _ = bareItem();
      parameters();
      if (peek() != ' ' && peek() != ')') {
        throw new Malformed();
      }
    }
  }

  private void parameters() throws Malformed {
    while (skip(';')) {
      spaces();
      var _ = key();
      if (skip('=')) {
        var _ = bareItem();
      }
    }
  }

  /** Parses an item; returns its value if it is an integer or a byte sequence, else null. */
  private @Nullable Object bareItem() throws Malformed {
    char c = peek();
    if (c == '-' || isDigit(c)) {
      return number();
    }
    switch (c) {
      case '"' -> string();
      case ':' -> {
        return byteSequence();
      }
      case '?' -> {
        at++;
        if (!skip('0') && !skip('1')) {
          throw new Malformed();
        }
      }
      case '@' -> {
        at++;
        if (number() == null) {
          throw new Malformed(); // a date is whole seconds
        }
      }
      case '%' -> displayString();
      default -> token();
    }
    return null;
  }

  private @Nullable Long number() throws Malformed {
    boolean negative = skip('-');
    int from = at;
    while (isDigit(peek())) {
      at++;
    }
    int digits = at - from;
    if (digits == 0) {
      throw new Malformed();
    }
    if (skip('.')) {
      int fraction = at;
      while (isDigit(peek())) {
        at++;
      }
      if (digits > 12 || at == fraction || at - fraction > 3) {
        throw new Malformed();
      }
      return null;
    }
    if (digits > 15) {
      throw new Malformed();
    }
    long value = Math.min(LARGEST, Long.parseLong(text, from, at, 10));
    return negative ? -value : value;
  }

  private void string() throws Malformed {
    expect('"');
    while (true) {
      char c = take();
      if (c == '"') {
        return;
      }
      if (c == '\\') {
        c = take();
        if (c != '"' && c != '\\') {
          throw new Malformed();
        }
      } else if (c < ' ' || c >= 0x7f) {
        throw new Malformed();
      }
    }
  }

  private byte[] byteSequence() throws Malformed {
    expect(':');
    int from = at;
    while (take() != ':') {}
    try {
      return Base64.getDecoder().decode(text.substring(from, at - 1));
    } catch (IllegalArgumentException wrong) {
      throw new Malformed();
    }
  }

  private void displayString() throws Malformed {
    expect('%');
    expect('"');
    while (true) {
      char c = take();
      if (c == '"') {
        return;
      }
      if (c < ' ' || c >= 0x7f) {
        throw new Malformed();
      }
      if (c == '%') {
        lowerHex();
        lowerHex();
      }
    }
  }

  private void lowerHex() throws Malformed {
    char c = take();
    if (!isDigit(c) && (c < 'a' || c > 'f')) {
      throw new Malformed();
    }
  }

  private void token() throws Malformed {
    char first = take();
    if (!isAlpha(first) && first != '*') {
      throw new Malformed();
    }
    while (!atEnd()
        && (isAlpha(peek()) || isDigit(peek()) || "!#$%&'*+-.^_`|~:/".indexOf(peek()) >= 0)) {
      at++;
    }
  }
}
