package dev.millrace.http.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultipartRangesTest {
  @Test
  void twoRangesAreFramedAsMultipart() {
    MultipartRanges parts =
        new MultipartRanges(
            List.of(new ByteRange(0, 1), new ByteRange(5, 5)), 9, "text/plain", "B");
    String body = parts.head(0) + "ab" + parts.head(1) + "f" + parts.tail();
    assertEquals(
        """
        --B\r
        Content-Type: text/plain\r
        Content-Range: bytes 0-1/9\r
        \r
        ab\r
        --B\r
        Content-Type: text/plain\r
        Content-Range: bytes 5-5/9\r
        \r
        f\r
        --B--\r
        """,
        body);
    assertEquals(body.length(), parts.lengthBytes());
    assertEquals("multipart/byteranges; boundary=B", parts.contentType());
  }

  @Test
  void lengthBytesIsTheSumOfFramingAndRanges() {
    long[] edges = {0, 9, 10, 99, 100, 12_345, 999_999, 1_000_000, Long.MAX_VALUE - 2};
    List<ByteRange> ranges = new ArrayList<>();
    long expected = 0;
    for (long first : edges) {
      ranges.add(new ByteRange(first, first));
    }
    MultipartRanges parts = new MultipartRanges(ranges, Long.MAX_VALUE, "a/b", "xyz");
    for (int i = 0; i < ranges.size(); i++) {
      expected += parts.head(i).length() + ranges.get(i).lengthBytes();
    }
    assertEquals(expected + parts.tail().length(), parts.lengthBytes());
  }
}
