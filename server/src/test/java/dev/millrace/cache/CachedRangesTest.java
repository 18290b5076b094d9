package dev.millrace.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Conversation;
import dev.millrace.server.RunningServer;
import dev.millrace.transport.TransportChoice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Range responses from the response cache are identical to those of the full path. */
class CachedRangesTest {
  private static final List<Integer> SIZES = List.of(0, 1, 10, 9_999, 300_000, 3_000_000);

  @TempDir Path root;

  @BeforeEach
  void tree() throws Exception {
    for (int size : SIZES) {
      byte[] content = new byte[size];
      new SplittableRandom(size).nextBytes(content);
      write(size + ".bin", content);
      write(size + ".bin.gz", content);
    }
  }

  private void write(String name, byte[] content) throws Exception {
    Path file = Files.write(root.resolve(name), content);
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2024-02-29T12:34:56.7Z")));
  }

  private RunningServer start(String yaml) throws Exception {
    return RunningServer.start(root, TransportChoice.URING, "digests: on-request\n" + yaml);
  }

  private static long hits(RunningServer server) throws Exception {
    return (long) Double.parseDouble(server.metric("millrace_response_cache_hits_total"));
  }

  private static String get(String target, String range, String... fields) {
    StringBuilder text = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: h\r\n");
    text.append("Range: ").append(range).append("\r\n");
    for (String field : fields) {
      text.append(field).append("\r\n");
    }
    return text + "\r\n";
  }

  @Test
  void cachedRangeResponsesEqualTheFullPathsExceptForTheDate() throws Exception {
    Random random = new Random(5);
    try (RunningServer cached = start("revalidate: 60s\n");
        RunningServer full = start("response-cache: off\nopen-files: 0\n");
        Conversation one = new Conversation(cached);
        Conversation other = new Conversation(full)) {
      for (int size : SIZES) {
        for (int i = 0; i < 150; i++) {
          String request = randomRangeRequest(random, size);
          assertEquals(other.exchange(request), one.exchange(request), request);
        }
      }
      assertTrue(hits(cached) > 150, "cache hits: " + hits(cached));
    }
  }

  private static String randomRangeRequest(Random random, int size) {
    long a = random.nextInt(size + 3);
    long b = random.nextInt(4) == 0 ? random.nextInt(size + 3) : a + random.nextInt(20_000);
    String range =
        switch (random.nextInt(16)) {
          case 0 -> "bytes=" + a + "-";
          case 1 -> "bytes=-" + b;
          case 2 -> "bytes=" + a + "-" + "9".repeat(1 + random.nextInt(21));
          case 3 -> "bytes=000" + a + "-" + b;
          case 4 -> "Bytes=" + a + "-" + b;
          case 5 -> "bytes= " + a + "-" + b;
          case 6 -> "bytes=" + a + "-" + b + ",";
          case 7 -> "bytes=0-" + b + "," + a + "-" + b; // one range after coalescing
          case 8 ->
              List.of(
                      "bytes=",
                      "bytes=-",
                      "bytes",
                      "bytes=-0",
                      "bytes=x-1",
                      "bytes=1-x",
                      "bytes=--1")
                  .get(random.nextInt(7));
          default -> "bytes=" + a + "-" + b;
        };
    String target = "/" + size + ".bin";
    return switch (random.nextInt(8)) {
      case 0 -> get(target, range, "Accept-Encoding: gzip");
      case 1 -> get(target, range, "If-None-Match: \"x\"");
      case 2 -> get(target, range, "If-Range: \"x\"");
      case 3 -> get(target, range).replaceFirst("GET", "HEAD");
      case 4 -> get(target, range, "If-None-Match: *");
      default -> get(target, range);
    };
  }

  @Test
  void otherRangesOfACachedFileAreCacheHits() throws Exception {
    String content = Files.readString(root.resolve("3000000.bin"), StandardCharsets.ISO_8859_1);
    try (RunningServer server = start("revalidate: 60s\n");
        Conversation client = new Conversation(server)) {
      client.exchange(get("/3000000.bin", "bytes=5-9"));
      long before = hits(server);
      for (int from = 0; from < 2_500_000; from += 99_999) {
        int to = from + from / 10;
        String response = client.exchange(get("/3000000.bin", "bytes=" + from + "-" + to));
        assertTrue(response.startsWith("HTTP/1.1 206 "), response);
        assertTrue(response.contains("Content-Range: bytes " + from + "-" + to + "/3000000\r\n"));
        assertTrue(response.endsWith("\r\n\r\n" + content.substring(from, to + 1)), "from " + from);
      }
      assertEquals(before + 26, hits(server));
      double misses = Double.parseDouble(server.metric("millrace_response_cache_misses_total"));
      client.exchange(get("/3000000.bin", "bytes=0-2999999"));
      assertEquals(
          misses, Double.parseDouble(server.metric("millrace_response_cache_misses_total")));
      assertEquals(before + 27, hits(server), "ranges of any length are hits");
      String whole = client.exchange("GET /3000000.bin HTTP/1.1\r\nHost: h\r\n\r\n");
      assertTrue(whole.startsWith("HTTP/1.1 200 "), "a request without Range must get 200");
    }
  }

  @Test
  void theNextRequestSeesAChangedFile() throws Exception {
    try (RunningServer server = start("revalidate: 60s\n");
        Conversation client = new Conversation(server)) {
      for (int i = 0; i < 3; i++) {
        assertTrue(client.exchange(get("/10.bin", "bytes=2-3")).contains("bytes 2-3/10\r\n"));
      }
      assertEquals(2, hits(server));
      Files.writeString(root.resolve("10.bin"), "another and longer");
      String response = client.exchange(get("/10.bin", "bytes=2-3"));
      assertTrue(
          response.contains("bytes 2-3/18\r\n") && response.endsWith("\r\n\r\not"), response);
    }
  }
}
