package dev.millrace.http.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Fields that frame a request or can change its response. */
public enum Field {
  ACCEPT,
  ACCEPT_ENCODING,
  AUTHORIZATION,
  CONNECTION,
  CONTENT_LENGTH,
  EXPECT,
  FORWARDED,
  HOST,
  IF_MATCH,
  IF_MODIFIED_SINCE,
  IF_NONE_MATCH,
  IF_RANGE,
  IF_UNMODIFIED_SINCE,
  ORIGIN,
  RANGE,
  TRANSFER_ENCODING,
  UPGRADE,
  WANT_CONTENT_DIGEST,
  WANT_REPR_DIGEST,
  X_FORWARDED_FOR,
  X_FORWARDED_HOST,
  X_FORWARDED_PROTO;

  static final int COUNT = values().length;

  private static final Field[][] BY_LENGTH = byLength();

  private final String lowerCase = name().toLowerCase(Locale.ROOT).replace('_', '-');

  // The first eight octets, or all if there are fewer, and the last eight.
  private final long first =
      Octets.readLongLE(lowerCase.substring(0, Math.min(Long.BYTES, lowerCase.length())));
  private final long firstMask = -1L >>> (8 * Math.max(0, Long.BYTES - lowerCase.length()));
  private final long last =
      Octets.readLongLE(lowerCase.substring(Math.max(0, lowerCase.length() - Long.BYTES)));

  /** The bit of this field in a set of fields. */
  long bit() {
    return 1L << ordinal();
  }

  /** The field with this name, in any case; null for all other names. The bytes are a token. */
  static @Nullable Field of(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length >= BY_LENGTH.length) {
      return null;
    }
    boolean inWords = from + Long.BYTES <= bytes.length;
    for (Field field : BY_LENGTH[length]) {
      if (inWords ? field.isNamed(bytes, from, to) : Octets.is(bytes, from, to, field.lowerCase)) {
        return field;
      }
    }
    return null;
  }

  /**
   * Compares a token of the same length. Folding turns no other token octet into a letter or
   * hyphen.
   */
  private boolean isNamed(byte[] bytes, int from, int to) {
    return (Octets.eightFolded(bytes, from) & firstMask) == first
        && (to - from <= Long.BYTES || Octets.eightFolded(bytes, to - Long.BYTES) == last)
        && (to - from <= 2 * Long.BYTES || Octets.is(bytes, from, to, lowerCase));
  }

  private static Field[][] byLength() {
    int longest = 0;
    for (Field field : values()) {
      longest = Math.max(longest, field.lowerCase.length());
    }
    Field[][] table = new Field[longest + 1][];
    for (int length = 0; length <= longest; length++) {
      List<Field> fields = new ArrayList<>();
      for (Field field : values()) {
        if (field.lowerCase.length() == length) {
          fields.add(field);
        }
      }
      table[length] = fields.toArray(Field[]::new);
    }
    return table;
  }
}
