package dev.millrace.content.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Answered;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests for many ranges, which programs that fetch parts of archives send. */
abstract class RangesContract {
  private static final int SIZE = 8 << 20;

  private record Stretch(int first, int last) {}

  @TempDir Path root;
  private final byte[] content = new byte[SIZE];

  abstract Via transport();

  @BeforeEach
  void file() throws Exception {
    new SplittableRandom(6).nextBytes(content);
    Files.write(root.resolve("archive.bin"), content);
  }

  private RunningServer serving(String yaml) throws Exception {
    return RunningServer.start(root, transport(), "digests: on-request\n" + yaml);
  }

  /** Disjoint ascending ranges with lengths from one byte to more than the server copies. */
  private static List<Stretch> ascending(int count) {
    List<Stretch> ranges = new ArrayList<>();
    int step = SIZE / count;
    for (int i = 0; i < count; i++) {
      int first = i * step;
      ranges.add(new Stretch(first, first + (i * 997) % (step - 200)));
    }
    return ranges;
  }

  private static String field(List<Stretch> ranges) {
    return ranges.stream()
        .map(one -> one.first() + "-" + one.last())
        .collect(Collectors.joining(",", "Range: bytes=", ""));
  }

  /** Checks a multipart body byte by byte. */
  private void assertParts(List<Stretch> expected, Answered response) {
    String type = response.field("content-type");
    assertTrue(type.startsWith("multipart/byteranges; boundary="), type);
    String boundary = type.substring(type.indexOf('=') + 1);
    byte[] body = response.body();
    int at = 0;
    for (Stretch one : expected) {
      String head =
          (at == 0 ? "" : "\r\n")
              + ("--" + boundary + "\r\nContent-Type: application/octet-stream\r\n")
              + ("Content-Range: bytes " + one.first() + "-" + one.last() + "/" + SIZE)
              + "\r\n\r\n";
      assertEquals(head, new String(body, at, head.length(), StandardCharsets.ISO_8859_1));
      at += head.length();
      int length = one.last() + 1 - one.first();
      assertArrayEquals(
          Arrays.copyOfRange(content, one.first(), one.last() + 1),
          Arrays.copyOfRange(body, at, at + length));
      at += length;
    }
    assertEquals(
        "\r\n--" + boundary + "--\r\n",
        new String(body, at, body.length - at, StandardCharsets.ISO_8859_1));
  }

  @Test
  void upTo256RangesAreSentAsMultipart() throws Exception {
    try (RunningServer server = serving("")) {
      for (int count : new int[] {17, 20, 127, 256}) {
        List<Stretch> ranges = ascending(count);
        assertParts(ranges, Answered.get(server, 206, "/archive.bin", field(ranges)));
      }
      assertEquals(0, server.readBuffersTaken());
    }
  }

  @Test
  void tooManyOverlappingOrDescendingRangesGetTheWholeFile() throws Exception {
    List<Stretch> descending = new ArrayList<>(ascending(17));
    Collections.reverse(descending);
    List<Stretch> overlapping = new ArrayList<>(ascending(17));
    overlapping.add(new Stretch(overlapping.getLast().first(), SIZE - 1));
    try (RunningServer server = serving("")) {
      for (List<Stretch> ranges : List.of(ascending(257), descending, overlapping)) {
        Answered whole = Answered.get(server, 200, "/archive.bin", field(ranges));
        assertArrayEquals(content, whole.body());
      }
    }
  }

  @Test
  void maxRangesIsConfigurable() throws Exception {
    try (RunningServer server = serving("max-ranges: 300\n")) {
      assertEquals(206, status(server, field(ascending(300))));
      assertEquals(200, status(server, field(ascending(301))));
    }
    try (RunningServer server = serving("max-ranges: 1\n")) {
      assertEquals(206, status(server, "Range: bytes=0-0"));
      assertEquals(200, status(server, "Range: bytes=0-0,1000-1000"));
    }
    try (RunningServer server = serving("max-ranges: 0\n")) {
      for (int i = 0; i < 3; i++) { // from the file, then from the response cache
        Answered whole = Answered.get(server, 200, "/archive.bin", "Range: bytes=0-0");
        assertEquals("none", whole.field("accept-ranges"));
        assertEquals(200, status(server, "Range: bytes=99999999-"));
      }
    }
  }

  private static int status(RunningServer server, String field) throws Exception {
    return Answered.to(server, "GET", "/archive.bin", field).status();
  }
}
