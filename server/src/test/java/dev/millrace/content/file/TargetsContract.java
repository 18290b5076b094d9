package dev.millrace.content.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Answered;
import dev.millrace.server.Programs;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unusual request targets, on both transports. */
abstract class TargetsContract {
  @TempDir Path root;

  abstract Via transport();

  private RunningServer serving(String yaml) throws Exception {
    return RunningServer.start(root, transport(), "digests: on-request\n" + yaml);
  }

  @Test
  void queriesAreAcceptedAsBrowsersSendThem() throws Exception {
    Files.writeString(root.resolve("f"), "content");
    Files.createDirectory(root.resolve("d"));
    try (RunningServer server = serving("listing: on\n")) {
      for (String query :
          List.of(
              "q=a\\b", "a=100%", "a=100%&b=%", "%", "%4", "%zz", "\\", "a=^`{|}[]'", "a?%?\\")) {
        for (int i = 0; i < 3; i++) { // from the file, then from the response cache
          assertEquals("content", Answered.get(server, 200, "/f?" + query).text(), query);
        }
        Answered.get(server, 200, "/d/?" + query);
        String encoded = query.replaceAll("%(?![0-9A-Fa-f]{2})", "%25");
        assertEquals("/d/?" + encoded, Answered.get(server, 301, "/d?" + query).field("location"));
        String absolute = "GET http://test/f?" + query + " HTTP/1.1\r\nHost: test\r\n\r\n";
        assertEquals(200, Answered.raw(server.address(), absolute).status(), query);
      }
      String longest = "/f?" + "%".repeat((16 << 10) - 3);
      assertEquals("content", Answered.get(server, 200, longest).text());
      try (RawClient client = new RawClient(server.address())) {
        String get = "GET /f?100% HTTP/1.1\r\nHost: test\r\n\r\n";
        client.send(get + get + get); // requests behind a head that grows when encoded are not lost
        for (int i = 0; i < 3; i++) {
          assertEquals(
              "content", new String(client.body(client.head()), StandardCharsets.US_ASCII));
        }
      }
      for (String target : List.of("/f\\", "/f%", "/f%zz?a", "/f?%00", "/f?%%00", "/f?a#b")) {
        Answered.get(server, 400, target);
      }
    }
  }

  /** Sixteen names of 255 bytes with their slashes are the kernel's maximum path of 4095 bytes. */
  @Test
  void theLongestPathOfTheKernelIsServedFullyPercentEncoded() throws Exception {
    String name = "ä".repeat(127) + "x"; // 255 bytes of UTF-8
    Programs.Result made =
        Programs.run(
            "bash",
            "-euc",
            ("cd '" + root + "'; for i in {1..15}; do mkdir " + name + "; cd -P " + name)
                + ("; done; printf deepest > " + name));
    assertEquals(0, made.exitCode(), made.err());
    try (RunningServer server = serving("")) {
      String encoded = "%C3%A4".repeat(127) + "%78";
      String target = "/" + String.join("/", Collections.nCopies(16, encoded));
      assertEquals(12_256, target.length());
      for (int i = 0; i < 3; i++) { // from the file, then from the response cache
        assertEquals("deepest", Answered.get(server, 200, target).text());
      }
      assertEquals("deepest", Answered.get(server, 200, target + "?" + "q".repeat(4000)).text());
      Answered.get(server, 200, target + ".sha256");
      Answered.get(server, 404, target + "/x");
      assertTrue(Answered.to(server, "GET", target + "?" + "q".repeat(5000)).status() == 414);
    } finally {
      // JUnit deletes by full paths, which exceed the kernel's limit.
      Programs.run("bash", "-c", "rm -rf '" + root + "'/*");
    }
  }
}
