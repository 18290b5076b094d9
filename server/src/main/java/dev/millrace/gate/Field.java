package dev.millrace.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Fields that frame a request, or that can change what it is answered. */
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

  /** The bit of this field in a set. */
  long bit() {
    return 1L << ordinal();
  }

  /** The field that a token names, in any case; null for all others. */
  static @Nullable Field of(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length >= BY_LENGTH.length) {
      return null;
    }
    for (Field field : BY_LENGTH[length]) {
      if (Octets.is(bytes, from, to, field.lowerCase)) {
        return field;
      }
    }
    return null;
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
