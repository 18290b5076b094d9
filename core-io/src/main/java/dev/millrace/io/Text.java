package dev.millrace.io;

/** Encodes characters for {@link Writer} without an array per text. */
final class Text {
  private static final int MAX_UTF8_BYTES = 4;
  private static final int REPLACEMENT = 0xfffd;

  private Text() {}

  static void ascii(Writer w, CharSequence text) throws WriteFailedException {
    int length = text.length();
    if (length <= w.unusedCapacity()) {
      // Bytes after the end are not yet written, so an invalid character has no effect.
      copyAscii(text, 0, w.buffer, w.end, length);
      w.end += length;
      return;
    }
    byte[] scratch = w.scratch();
    for (int pass = 0; pass < 2; pass++) {
      for (int done = 0; done < length; done += scratch.length) {
        int n = Math.min(scratch.length, length - done);
        copyAscii(text, done, scratch, 0, n);
        if (pass > 0) {
          w.writeAll(scratch, 0, n);
        }
      }
    }
  }

  private static void copyAscii(CharSequence text, int from, byte[] target, int at, int n) {
    for (int i = 0; i < n; i++) {
      char c = text.charAt(from + i);
      if (c >= 0x80) {
        throw new IllegalArgumentException(
            "character U+%04X at %d is not ASCII".formatted((int) c, from + i));
      }
      target[at + i] = (byte) c;
    }
  }

  static void utf8(Writer w, CharSequence text) throws WriteFailedException {
    int length = text.length();
    if (3L * length <= w.unusedCapacity()) {
      int at = w.end;
      for (int i = 0; i < length; ) {
        int c = codePointAt(text, i);
        at = encode(c, w.buffer, at);
        i += c >= Character.MIN_SUPPLEMENTARY_CODE_POINT ? 2 : 1;
      }
      w.end = at;
      return;
    }
    byte[] scratch = w.scratch();
    int at = 0;
    for (int i = 0; i < length; ) {
      int c = codePointAt(text, i);
      at = encode(c, scratch, at);
      i += c >= Character.MIN_SUPPLEMENTARY_CODE_POINT ? 2 : 1;
      if (at > scratch.length - MAX_UTF8_BYTES) {
        w.writeAll(scratch, 0, at);
        at = 0;
      }
    }
    w.writeAll(scratch, 0, at);
  }

  static void codePoint(Writer w, int c) throws WriteFailedException {
    byte[] scratch = w.scratch();
    boolean good = Character.isValidCodePoint(c) && !isSurrogate(c);
    w.writeAll(scratch, 0, encode(good ? c : REPLACEMENT, scratch, 0));
  }

  private static boolean isSurrogate(int c) {
    return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
  }

  /** The code point at {@code i}; the replacement character for an unpaired surrogate. */
  private static int codePointAt(CharSequence text, int i) {
    char c = text.charAt(i);
    if (!Character.isSurrogate(c)) {
      return c;
    }
    if (Character.isHighSurrogate(c) && i + 1 < text.length()) {
      char low = text.charAt(i + 1);
      if (Character.isLowSurrogate(low)) {
        return Character.toCodePoint(c, low);
      }
    }
    return REPLACEMENT;
  }

  /** Encodes {@code c} at {@code at}; returns the index after it. */
  private static int encode(int c, byte[] target, int at) {
    if (c < 0x80) {
      target[at] = (byte) c;
      return at + 1;
    }
    if (c < 0x800) {
      target[at] = (byte) (0xc0 | c >>> 6);
      target[at + 1] = (byte) (0x80 | (c & 0x3f));
      return at + 2;
    }
    if (c < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
      target[at] = (byte) (0xe0 | c >>> 12);
      target[at + 1] = (byte) (0x80 | (c >>> 6 & 0x3f));
      target[at + 2] = (byte) (0x80 | (c & 0x3f));
      return at + 3;
    }
    target[at] = (byte) (0xf0 | c >>> 18);
    target[at + 1] = (byte) (0x80 | (c >>> 12 & 0x3f));
    target[at + 2] = (byte) (0x80 | (c >>> 6 & 0x3f));
    target[at + 3] = (byte) (0x80 | (c & 0x3f));
    return at + 4;
  }
}
