package dev.millrace.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * The frame of a multipart/byteranges body (RFC 9110 §14.6): what stands before each range's bytes,
 * and after the last. All of it ASCII.
 *
 * @param ranges the ranges, in the order they are sent
 * @param heads what stands before each of them
 * @param tail what stands after the last
 * @param boundary as in the media type
 */
public record MultipartRanges(
    List<ByteRange> ranges, List<String> heads, String tail, String boundary) {
  public MultipartRanges {
    ranges = List.copyOf(ranges);
    heads = List.copyOf(heads);
  }

  /**
   * Frames ranges of one representation.
   *
   * @param sizeBytes the representation's length
   * @param contentType of the representation
   * @param boundary letters and digits that do not stand in the content; a random one does not
   */
  public static MultipartRanges of(
      List<ByteRange> ranges, long sizeBytes, String contentType, String boundary) {
    List<String> heads = new ArrayList<>(ranges.size());
    String before = "";
    for (ByteRange range : ranges) {
      String head =
          before
              + ("--" + boundary + "\r\n")
              + ("Content-Type: " + contentType + "\r\n")
              + ("Content-Range: " + range.contentRange(sizeBytes) + "\r\n\r\n");
      heads.add(head);
      before = "\r\n";
    }
    return new MultipartRanges(ranges, heads, "\r\n--" + boundary + "--\r\n", boundary);
  }

  public String contentType() {
    return "multipart/byteranges; boundary=" + boundary;
  }

  /** Length of the whole body. */
  public long lengthBytes() {
    long total = tail.length();
    for (int i = 0; i < ranges.size(); i++) {
      total += heads.get(i).length() + ranges.get(i).lengthBytes();
    }
    return total;
  }
}
