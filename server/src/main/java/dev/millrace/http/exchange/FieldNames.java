package dev.millrace.http.exchange;

import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.nio.charset.StandardCharsets;

/**
 * A cache of field names as Undertow's type, looked up by their bytes, so that common names are
 * created once. Bounded: a name replaces another one with the same hash. Loop thread only.
 */
public final class FieldNames {
  private static final int SLOTS = 256;

  private final HttpString[] slots = new HttpString[SLOTS];

  public FieldNames() {}

  /** The name with these bytes, which must be a token. */
  public HttpString of(byte[] bytes, int from, int to) {
    int slot = slot(bytes, from, to);
    HttpString name = slots[slot];
    if (name == null || !is(name, bytes, from, to)) {
      name = make(bytes, from, to);
      slots[slot] = name;
    }
    return name;
  }

  private static int slot(byte[] bytes, int from, int to) {
    int length = to - from;
    int first = bytes[from] | 0x20;
    int middle = bytes[from + length / 2] | 0x20;
    int last = bytes[to - 1] | 0x20;
    return (((length * 31 + first) * 31 + middle) * 31 + last) & (SLOTS - 1);
  }

  /** Compares exactly, case included. */
  private static boolean is(HttpString name, byte[] bytes, int from, int to) {
    if (name.length() != to - from) {
      return false;
    }
    for (int i = 0; i < to - from; i++) {
      if (name.byteAt(i) != bytes[from + i]) {
        return false;
      }
    }
    return true;
  }

  private static HttpString make(byte[] bytes, int from, int to) {
    String text = new String(bytes, from, to - from, StandardCharsets.US_ASCII);
    HttpString known = Headers.fromCache(text);
    return known != null && is(known, bytes, from, to) ? known : new HttpString(text);
  }
}
