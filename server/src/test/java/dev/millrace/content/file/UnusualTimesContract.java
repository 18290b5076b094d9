package dev.millrace.content.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Answered;
import dev.millrace.server.InMemory;
import dev.millrace.server.Programs;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files whose modification time is unusual or has no HTTP date, on both transports. They are on a
 * tmpfs, which stores every 64-bit time; most file systems on disks clamp times.
 */
abstract class UnusualTimesContract {
  /** Seconds since the epoch, with the expected Last-Modified. */
  private static final Map<Long, String> TIMES = new LinkedHashMap<>();

  static {
    TIMES.put(1_700_000_000_000_000_000L, "");
    TIMES.put(910_692_730_085L, "");
    TIMES.put(253_402_300_800L, "");
    TIMES.put(253_402_300_799L, "Fri, 31 Dec 9999 23:59:59 GMT");
    TIMES.put(0L, "Thu, 01 Jan 1970 00:00:00 GMT");
    TIMES.put(-1L, "Wed, 31 Dec 1969 23:59:59 GMT");
    TIMES.put(-62_167_219_201L, "");
    TIMES.put(-9_000_000_000_000_000_000L, "");
  }

  @TempDir(factory = InMemory.class)
  Path root;

  @TempDir Path aside;

  abstract Via transport();

  private static String name(long seconds) {
    return "at" + seconds;
  }

  @BeforeEach
  void files() throws Exception {
    for (long seconds : TIMES.keySet()) {
      Path file = Files.writeString(root.resolve(name(seconds)), "content");
      Programs.Result touched = Programs.run("touch", "-d", "@" + seconds, file.toString());
      assertEquals(0, touched.exitCode(), touched.err());
      String stored = Programs.run("stat", "-c", "%Y", file.toString()).out().strip();
      assertEquals(String.valueOf(seconds), stored);
    }
  }

  private interface Check {
    void of(String target, String date) throws Exception;
  }

  private static void each(Check check) throws Exception {
    for (Map.Entry<Long, String> time : TIMES.entrySet()) {
      check.of("/" + name(time.getKey()), time.getValue());
    }
  }

  /** Checks Last-Modified, which must not be later than Date (RFC 9110 §8.8.2.1). */
  private static void assertLastModified(String date, Answered response, String target) {
    String modified = response.field("last-modified");
    if (date.contains("9999")) {
      DateTimeFormatter form = DateTimeFormatter.RFC_1123_DATE_TIME;
      ZonedDateTime sent = ZonedDateTime.parse(response.field("date"), form);
      assertFalse(ZonedDateTime.parse(modified, form).isAfter(sent), target);
    } else {
      assertEquals(date, modified, target);
    }
  }

  @Test
  void everyFileIsServedWithLastModifiedOnlyIfItHasAnHttpDate() throws Exception {
    try (RunningServer server = RunningServer.start(root, transport(), "digests: on-request\n")) {
      each((target, date) -> {
        for (int i = 0; i < 3; i++) { // from the file, then from the response cache
          Answered response = Answered.get(server, 200, target);
          assertEquals("content", response.text(), target);
          assertLastModified(date, response, target);
        }
        assertEquals("con", Answered.get(server, 206, target, "Range: bytes=0-2").text());
        Answered parts = Answered.get(server, 206, target, "Range: bytes=0-0,5-5");
        assertLastModified(date, parts, target);
        for (String suffix : new String[] {".sha256", ".md5"}) {
          Answered sum = Answered.get(server, 200, target + suffix);
          assertLastModified(date, sum, target + suffix);
        }
        String digest =
            Answered.get(server, 200, target, "Want-Repr-Digest: sha-256=1").field("repr-digest");
        assertTrue(digest.startsWith("sha-256=:"), target);
      });
    }
  }

  @Test
  void dateConditionsAreIgnoredForFilesWithoutAnHttpDate() throws Exception {
    String past = "Thu, 01 Jan 1970 00:00:00 GMT";
    try (RunningServer server = RunningServer.start(root, transport(), "digests: on-request\n")) {
      each((target, date) -> {
        boolean old = date.endsWith("1969 23:59:59 GMT") || date.equals(past);
        int since = old ? 304 : 200;
        Answered.get(server, since, target, "If-Modified-Since: " + past);
        int unmodified = date.contains("9999") ? 412 : 200;
        Answered.get(server, unmodified, target, "If-Unmodified-Since: " + past);
        // Content stores give every file the same old time, which cannot distinguish versions.
        Answered.get(server, 200, target, "Range: bytes=0-0", "If-Range: " + past);
        String tag = Answered.get(server, 200, target).field("etag");
        assertFalse(tag.isEmpty(), target);
        Answered same = Answered.get(server, 304, target, "If-None-Match: " + tag);
        assertLastModified(date, same, target);
      });
    }
  }

  @Test
  void listingsAndChecksumListsAreComplete() throws Exception {
    try (RunningServer server = RunningServer.start(root, transport(), "listing: on\n")) {
      String html = Answered.get(server, 200, "/").text();
      String json = Answered.get(server, 200, "/?format=json&sort=time").text();
      String sums = Answered.get(server, 200, "/SHA256SUMS.json").text();
      assertTrue(html.endsWith("</html>\n"), html);
      assertTrue(html.contains("<td>@1700000000000000000</td>"), html);
      assertTrue(html.contains("<td>@-9000000000000000000</td>"), html);
      assertTrue(html.contains("<time datetime=\"1969-12-31T23:59:59Z\">1969-12-31 23:59<"), html);
      for (long seconds : TIMES.keySet()) {
        assertTrue(html.contains("href=\"./" + name(seconds) + "\""), html);
      }
      String program =
          "import json,sys; all = json.load(sys.stdin);"
              + " print(len(all), sorted(one['mtime'] for one in all if 'mtime' in one))";
      for (String list : new String[] {json, sums}) {
        Path file = Files.writeString(aside.resolve("list"), list);
        Programs.Result read =
            Programs.run("bash", "-c", "python3 -c \"" + program + "\" <'" + file + "'");
        assertEquals(
            "8 ['Fri, 31 Dec 9999 23:59:59 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT',"
                + " 'Wed, 31 Dec 1969 23:59:59 GMT']\n",
            read.out(),
            read.err() + list);
      }
      assertEquals(8, Answered.get(server, 200, "/SHA256SUMS").text().lines().count());
    }
  }

  @Test
  void theIndexKeepsTheirDigestsAcrossARestart() throws Exception {
    String settings = "digests: on-request\nstate: " + aside.resolve("state") + "\n";
    for (String computed : new String[] {"8.0", "0.0"}) {
      try (RunningServer server = RunningServer.start(root, transport(), settings)) {
        each((target, _) -> {
          Answered.get(server, 200, target, "Want-Repr-Digest: sha-256=1");
        });
        assertEquals(computed, server.metric("millrace_digest_computed_total"));
      }
    }
    String index = "--state=" + aside.resolve("state");
    for (String[] command :
        new String[][] {{"digest", "-r", root.toString()}, {"verify", root.toString(), index}}) {
      Programs.Result result = Programs.run(Programs.millrace(command), Map.of());
      assertEquals(0, result.exitCode(), result.err() + result.out());
    }
  }
}
