package dev.millrace.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class MultipartRangesTest {
  @Test
  void theFrameOfTwoRanges() {
    MultipartRanges parts =
        MultipartRanges.of(List.of(new ByteRange(0, 1), new ByteRange(5, 5)), 9, "text/plain", "B");
    String body = parts.heads().get(0) + "ab" + parts.heads().get(1) + "f" + parts.tail();
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
}
