package dev.millrace.http.hpack;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The static table (RFC 7541 Appendix A). Its indices begin with 1. */
final class StaticTable {
  private static final String[][] ENTRIES = {
    {":authority", ""},
    {":method", "GET"},
    {":method", "POST"},
    {":path", "/"},
    {":path", "/index.html"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "200"},
    {":status", "204"},
    {":status", "206"},
    {":status", "304"},
    {":status", "400"},
    {":status", "404"},
    {":status", "500"},
    {"accept-charset", ""},
    {"accept-encoding", "gzip, deflate"},
    {"accept-language", ""},
    {"accept-ranges", ""},
    {"accept", ""},
    {"access-control-allow-origin", ""},
    {"age", ""},
    {"allow", ""},
    {"authorization", ""},
    {"cache-control", ""},
    {"content-disposition", ""},
    {"content-encoding", ""},
    {"content-language", ""},
    {"content-length", ""},
    {"content-location", ""},
    {"content-range", ""},
    {"content-type", ""},
    {"cookie", ""},
    {"date", ""},
    {"etag", ""},
    {"expect", ""},
    {"expires", ""},
    {"from", ""},
    {"host", ""},
    {"if-match", ""},
    {"if-modified-since", ""},
    {"if-none-match", ""},
    {"if-range", ""},
    {"if-unmodified-since", ""},
    {"last-modified", ""},
    {"link", ""},
    {"location", ""},
    {"max-forwards", ""},
    {"proxy-authenticate", ""},
    {"proxy-authorization", ""},
    {"range", ""},
    {"referer", ""},
    {"refresh", ""},
    {"retry-after", ""},
    {"server", ""},
    {"set-cookie", ""},
    {"strict-transport-security", ""},
    {"transfer-encoding", ""},
    {"user-agent", ""},
    {"vary", ""},
    {"via", ""},
    {"www-authenticate", ""}
  };

  static final int SIZE = ENTRIES.length;

  private static final byte[][] NAMES = new byte[SIZE + 1][];
  private static final byte[][] VALUES = new byte[SIZE + 1][];
  private static final Map<String, Integer> INDICES = new HashMap<>();

  static {
    for (int i = SIZE; i >= 1; i--) {
      String[] entry = ENTRIES[i - 1];
      NAMES[i] = entry[0].getBytes(StandardCharsets.US_ASCII);
      VALUES[i] = entry[1].getBytes(StandardCharsets.US_ASCII);
      INDICES.put(entry[0], i); // the lowest index remains
    }
  }

  private StaticTable() {}

  static byte[] name(int index) {
    return NAMES[index];
  }

  static byte[] value(int index) {
    return VALUES[index];
  }

  /** The lowest index with a name in lower case; null if there is none. */
  static @Nullable Integer indexOf(String name) {
    return INDICES.get(name);
  }

  /** Whether an entry has a value, one character an octet. */
  static boolean hasValue(int index, String value) {
    return index <= SIZE && ENTRIES[index - 1][1].equals(value);
  }

  /** Whether two entries have the same name. */
  static boolean isSameName(int index, int other) {
    return other <= SIZE && ENTRIES[index - 1][0].equals(ENTRIES[other - 1][0]);
  }
}
