package dev.millrace.http.semantics;

import java.util.List;

/**
 * The framing of a multipart/byteranges body (RFC 9110 §14.6): the text before each range and after
 * the last one. The text is ASCII and generated while sending; only the ranges are in memory.
 *
 * @param ranges the ranges, in the order of sending
 * @param sizeBytes length of the representation
 * @param partType media type of the representation
 * @param boundary letters and digits that do not occur in the content, as random ones do not
 */
public record MultipartRanges(
    List<ByteRange> ranges, long sizeBytes, String partType, String boundary) {
  public MultipartRanges {
    ranges = List.copyOf(ranges);
  }

  /** The text before the bytes of a range. */
  public String head(int index) {
    return before(index)
        + ("--" + boundary + "\r\n")
        + ("Content-Type: " + partType + "\r\n")
        + ("Content-Range: " + ranges.get(index).contentRange(sizeBytes) + "\r\n\r\n");
  }

  private static String before(int index) {
    return index == 0 ? "" : "\r\n";
  }

  /** The text after the last range. */
  public String tail() {
    return "\r\n--" + boundary + "--\r\n";
  }

  public String contentType() {
    return "multipart/byteranges; boundary=" + boundary;
  }

  /** Length of the complete body. */
  public long lengthBytes() {
    ByteRange first = ranges.getFirst();
    int fixed = head(0).length() - digits(first.first()) - digits(first.last());
    long total = tail().length();
    for (int i = 0; i < ranges.size(); i++) {
      ByteRange range = ranges.get(i);
      total += before(i).length() + fixed + digits(range.first()) + digits(range.last());
      total += range.lengthBytes();
    }
    return total;
  }

  private static int digits(long number) {
    int digits = 1;
    for (long rest = number / 10; rest > 0; rest /= 10) {
      digits++;
    }
    return digits;
  }
}
