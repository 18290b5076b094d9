package dev.millrace.content.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.RawClient;
import dev.millrace.server.RawClient.Head;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Validators always distinguish two versions of a file. */
abstract class ValidatorsContract {
  @TempDir Path root;

  abstract Via transport();

  private record Answer(Head head, String body) {
    String field(String name) {
      return head.field(name);
    }
  }

  private static Answer get(RunningServer server, int status, String... fields) throws Exception {
    try (RawClient client = new RawClient(server.address())) {
      client.request("GET", "/f", fields);
      Head head = client.head();
      assertEquals(status, head.status(), String.join(", ", fields));
      byte[] body = status == 304 ? new byte[0] : client.body(head.contentLength());
      return new Answer(head, new String(body, StandardCharsets.US_ASCII));
    }
  }

  private void write(String content, Instant modified) throws Exception {
    Path next = Files.writeString(root.resolve("next"), content);
    Files.setLastModifiedTime(next, FileTime.from(modified));
    Files.move(next, root.resolve("f"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Repeats the request until the ETag is strong, which is when the file is 20 ms old. */
  private static Answer strong(RunningServer server) throws Exception {
    while (true) {
      Answer response = get(server, 200);
      if (!response.field("etag").startsWith("W/")) {
        return response;
      }
      assertTrue(response.field("etag").startsWith("W/\"unsettled-"), response.field("etag"));
    }
  }

  private static String date(Instant time) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atZone(ZoneOffset.UTC));
  }

  private void assertVersionsAreNotCombined(String yaml) throws Exception {
    Instant fixed = Instant.ofEpochSecond(1);
    write("version-1", fixed);
    try (RunningServer server = RunningServer.start(root, transport(), yaml)) {
      String first = strong(server).field("etag");
      get(server, 304, "If-None-Match: " + first);
      assertEquals("sion-1", get(server, 206, "If-Range: " + first, "Range: bytes=3-").body());

      write("version-2", fixed);
      assertEquals("version-2", get(server, 200, "If-None-Match: " + first).body());
      assertEquals("version-2", get(server, 200, "If-Range: " + first, "Range: bytes=3-").body());
      String second = strong(server).field("etag");
      assertNotEquals(first, second);

      Files.writeString(root.resolve("f"), "version-3"); // the same inode
      Files.setLastModifiedTime(root.resolve("f"), FileTime.from(fixed));
      assertEquals("version-3", get(server, 200, "If-None-Match: " + second).body());
      assertEquals("version-3", get(server, 200, "If-Range: " + second, "Range: bytes=3-").body());

      String date = "If-Range: " + date(fixed);
      assertEquals("version-3", get(server, 200, date, "Range: bytes=3-").body());
    }
  }

  @Test
  void aReplacementOfTheSameTimeAndSizeHasAnotherETag() throws Exception {
    assertVersionsAreNotCombined("digests: off\n");
  }

  /** A response built at the moment the file becomes old enough must not be cached as weak. */
  @Test
  void aWeakETagIsNotCached() throws Exception {
    write("version-0", Instant.ofEpochSecond(1));
    try (RunningServer server = RunningServer.start(root, transport(), "digests: off\n")) {
      for (int version = 1; version <= 100; version++) {
        write("version-" + version, Instant.ofEpochSecond(1));
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (get(server, 200).field("etag").startsWith("W/")) {
          assertTrue(System.nanoTime() < deadline, "the ETag stays weak");
        }
      }
    }
  }

  @Test
  void aReplacementHasAnotherETagWithBackgroundDigestsToo() throws Exception {
    assertVersionsAreNotCombined("digests: background\n");
  }

  @Test
  void anOlderVersionsETagDoesNotMatchOnceTheDigestIsKnown() throws Exception {
    Instant fixed = Instant.ofEpochSecond(1);
    write("version-1", fixed);
    try (RunningServer server = RunningServer.start(root, transport(), "digests: on-request\n")) {
      String first = strong(server).field("etag");
      write("version-2", fixed);
      Answer known = get(server, 200, "Want-Repr-Digest: sha-256=1");
      assertNotEquals("", known.field("repr-digest"));
      assertEquals("version-2", get(server, 200, "If-None-Match: " + first).body());
      assertEquals("version-2", get(server, 200, "If-Range: " + first, "Range: bytes=3-").body());
      get(server, 304, "If-None-Match: " + known.field("etag"));
    }
  }

  @Test
  void ifRangeDatesMatchOnlyAfterTheSecondOfTheModification() throws Exception {
    Instant past = Instant.now().minusSeconds(100);
    write("version-1", past);
    try (RunningServer server = RunningServer.start(root, transport(), "")) {
      String range = "Range: bytes=3-";
      assertEquals(date(past), get(server, 200).field("last-modified"));
      assertEquals("sion-1", get(server, 206, "If-Range: " + date(past), range).body());

      Instant future = Instant.now().plusSeconds(100);
      write("version-2", future);
      assertEquals("version-2", get(server, 200, "If-Range: " + date(future), range).body());
    }
  }

  @Test
  void lastModifiedIsNeverLaterThanDate() throws Exception {
    for (Instant modified : new Instant[] {Instant.now().plusSeconds(3600), Instant.now()}) {
      write("content", modified);
      try (RunningServer server = RunningServer.start(root, transport(), "")) {
        for (int i = 0; i < 10; i++) {
          Answer response = get(server, 200);
          assertTrue(
              !instant(response.field("last-modified")).isAfter(instant(response.field("date"))),
              response.head().toString());
        }
      }
    }
  }

  private static Instant instant(String field) {
    return ZonedDateTime.parse(field, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
  }
}
