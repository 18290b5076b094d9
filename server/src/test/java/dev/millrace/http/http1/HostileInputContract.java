package dev.millrace.http.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.http.parser.BadChunks;
import dev.millrace.http.parser.BadChunks.BadChunk;
import dev.millrace.http.parser.BadHeads;
import dev.millrace.http.parser.BadHeads.BadHead;
import dev.millrace.http.parser.HttpLimits;
import dev.millrace.http.parser.RejectReason;
import dev.millrace.server.RawClient;
import dev.millrace.server.RawClient.Head;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the HTTP/1 parser rejects and accepts, seen by a client, on both transports. */
abstract class HostileInputContract {
  private static final String END = "\r\n\r\n";
  private static final String FIRST = "GET /first HTTP/1.1\r\nHost: a" + END;

  /** A request that must never be executed: its response would be a 200. */
  private static final String MARKER = "GET /marker HTTP/1.1\r\nHost: a" + END;

  @TempDir Path root;
  private RunningServer running;

  abstract Via transport();

  @BeforeEach
  void start() throws Exception {
    Files.writeString(root.resolve("first"), "first");
    Files.writeString(root.resolve("marker"), "marker");
    running = RunningServer.start(root, transport());
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private void restart(HttpLimits limits) throws Exception {
    running.close();
    running = RunningServer.start(root, transport(), limits);
  }

  private RawClient connect() throws Exception {
    return new RawClient(running.address());
  }

  private static void assertFirst(RawClient client) throws Exception {
    Head head = client.head();
    assertEquals(200, head.status());
    assertEquals("first", new String(client.body(5), StandardCharsets.US_ASCII));
  }

  private static Head assertLast(RawClient client, int status, String what) throws Exception {
    Head head = client.head();
    assertEquals(status, head.status(), what);
    assertEquals("close", head.field("connection"), what);
    client.body(head.contentLength());
    assertTrue(client.atEnd(), what + ": no further response");
    return head;
  }

  /** Sends bytes between two valid requests; only the first request may be executed. */
  private void assertRejected(String name, String raw, int status) throws Exception {
    try (RawClient client = connect()) {
      client.send(FIRST + raw + MARKER);
      assertFirst(client);
      assertLast(client, status, name);
    }
  }

  private int successes() throws Exception {
    double sum = 0;
    for (String line : running.metrics().split("\n")) {
      if (line.startsWith("http_server_request_duration_seconds_count{")
          && line.contains("http_response_status_class=\"2xx\"")) {
        sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return (int) sum;
  }

  private void assertCounted(Map<RejectReason, Integer> expected) throws Exception {
    String metrics = running.metrics();
    for (RejectReason reason : RejectReason.values()) {
      String line =
          String.format(
              "\nmillrace_requests_rejected_total{reason=\"%s\"} %d.0\n",
              reason.label(), expected.getOrDefault(reason, 0));
      assertTrue(metrics.contains(line), line);
    }
  }

  @Test
  void everyBadHeadIsRejectedAfterTheRequestBeforeIt() throws Exception {
    Map<RejectReason, Integer> counts = new EnumMap<>(RejectReason.class);
    List<BadHead> rows = BadHeads.all();
    for (BadHead row : rows) {
      assertRejected(row.name(), row.raw(), row.reason().status());
      counts.merge(row.reason(), 1, Integer::sum);
    }
    assertEquals(rows.size(), successes(), "no marker was executed");
    assertCounted(counts);
  }

  @Test
  void everyBadChunkIsRejectedAndItsRequestNotExecuted() throws Exception {
    Map<RejectReason, Integer> counts = new EnumMap<>(RejectReason.class);
    List<BadChunk> rows = BadChunks.all();
    String head = "GET /marker HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked" + END;
    for (BadChunk row : rows) {
      assertRejected(row.name(), head + row.raw(), row.reason().status());
      counts.merge(row.reason(), 1, Integer::sum);
    }
    assertEquals(rows.size(), successes(), "neither the request nor the marker was executed");
    assertCounted(counts);
  }

  @Test
  void badRequestsAreRejectedAlsoByteByByte() throws Exception {
    for (String raw :
        List.of(
            "GET /a b HTTP/1.1\r\n",
            "GET / HTTP/1.1\r\nHost : a\r\n",
            "GET /marker HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a\n")) {
      try (RawClient client = connect()) {
        for (char c : (FIRST + raw).toCharArray()) {
          client.send(String.valueOf(c));
          Thread.sleep(1);
        }
        assertFirst(client);
        assertLast(client, 400, raw);
      }
    }
  }

  // ---- request smuggling, by its common names --------------------------------------------------

  private static String post(String fields, String body) {
    return "POST /x HTTP/1.1\r\nHost: a\r\n" + fields + END + body;
  }

  @Test
  void smugglingByLengthThenCoding() throws Exception {
    String fields = "Content-Length: 6\r\nTransfer-Encoding: chunked";
    assertRejected("CL.TE", post(fields, "0\r\n\r\nG"), 400);
  }

  @Test
  void smugglingByCodingThenLength() throws Exception {
    String fields = "Transfer-Encoding: chunked\r\nContent-Length: 4";
    assertRejected("TE.CL", post(fields, "5c\r\nGPOST / HTTP/1.1\r\n\r\n0\r\n\r\n"), 400);
  }

  @Test
  void smugglingByTwoCodings() throws Exception {
    for (String other : List.of("identity", "x", "chunked", "gzip, chunked")) {
      String two = "Transfer-Encoding: chunked\r\nTransfer-Encoding: " + other;
      assertRejected("TE.TE " + other, post(two, "0\r\n\r\n"), 400);
      String swapped = "Transfer-Encoding: " + other + "\r\nTransfer-Encoding: chunked";
      int status = other.equals("chunked") ? 400 : 501;
      assertRejected("TE.TE swapped " + other, post(swapped, "0\r\n\r\n"), status);
    }
    assertRejected("xchunked", post("Transfer-Encoding: xchunked", "0\r\n\r\n"), 501);
    assertRejected("space colon", post("Transfer-Encoding : chunked", "0\r\n\r\n"), 400);
    assertRejected("hidden", post("X: y\rTransfer-Encoding: chunked", "0\r\n\r\n"), 400);
  }

  @Test
  void smugglingByTwoLengths() throws Exception {
    assertRejected("CL.CL", post("Content-Length: 0\r\nContent-Length: 44", ""), 400);
    assertRejected("CL list", post("Content-Length: 0, 44", ""), 400);
    assertRejected("CL sign", post("Content-Length: +0", ""), 400);
    assertRejected("CL overflow", post("Content-Length: 18446744073709551616", ""), 400);
  }

  @Test
  void smugglingByChunkSizeOverflow() throws Exception {
    String chunked = "Transfer-Encoding: chunked";
    assertRejected("64 bits", post(chunked, "10000000000000000\r\n\r\n0\r\n\r\n"), 400);
    String data = "hello\r\n0\r\n\r\n" + MARKER.repeat(40_000);
    assertRejected("32 bits", post(chunked, "100000005\r\n" + data), 413);
  }

  @Test
  void smugglingByLineFeedInAChunkExtension() throws Exception {
    String body = "2;\nxx\r\n4f\r\n0\r\n\r\n" + MARKER;
    assertRejected("ext LF", post("Transfer-Encoding: chunked", body), 400);
  }

  // ---- accepted requests -----------------------------------------------------------------------

  @Test
  void pipelinedRequestsInAnyFragmentsGetTheirResponsesInOrder() throws Exception {
    for (int i = 0; i < 10; i++) {
      Files.writeString(root.resolve("f" + i), "content " + i);
    }
    for (int seed = 0; seed < 6; seed++) {
      Random random = new Random(seed);
      StringBuilder raw = new StringBuilder();
      List<Integer> expected = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int file = random.nextInt(10);
        expected.add(file);
        raw.append(request(random, "/f" + file));
      }
      try (RawClient client = connect()) {
        int most = seed < 2 ? 40 : seed < 4 ? 1_500 : 20_000;
        Thread sender = Thread.ofPlatform().start(() -> send(client, raw.toString(), random, most));
        for (int file : expected) {
          Head head = client.head();
          assertEquals(200, head.status());
          assertEquals(
              "content " + file,
              new String(client.body(head.contentLength()), StandardCharsets.US_ASCII));
        }
        sender.join();
      }
    }
  }

  private static String request(Random random, String target) {
    String get = "GET " + target + " HTTP/1.1\r\nHost: a\r\n";
    return switch (random.nextInt(6)) {
      case 0 -> "\r\n" + get + "\r\n";
      case 1 -> get + "Content-Length: 7\r\n\r\nGET / H";
      case 2 -> get + "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n";
      case 3 -> "GET http://a" + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
      case 4 -> get + "X: " + "x".repeat(random.nextInt(3_000)) + "\r\n\r\n";
      default -> get + "\r\n";
    };
  }

  private static void send(RawClient client, String raw, Random random, int most) {
    try {
      for (int at = 0; at < raw.length(); ) {
        int end = Math.min(raw.length(), at + 1 + random.nextInt(most));
        client.send(raw.substring(at, end));
        at = end;
      }
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  @Test
  void unusedRequestBodiesAreSkipped() throws Exception {
    try (RawClient client = connect()) {
      client.send(post("Content-Length: 100000", "x".repeat(50_000)));
      Thread.sleep(50);
      client.send("x".repeat(50_000) + post("Transfer-Encoding: chunked", "3\r\nab"));
      Head head = client.head();
      assertEquals(405, head.status());
      assertEquals("GET, HEAD, OPTIONS", head.field("allow"));
      client.body(head.contentLength());
      Thread.sleep(50);
      client.send("c\r\n0\r\n\r\n" + FIRST);
      head = client.head();
      assertEquals(405, head.status());
      client.body(head.contentLength());
      assertFirst(client);
    }
  }

  @Test
  void anUnneededBodyBehindExpectIsNotAwaited() throws Exception {
    try (RawClient client = connect()) {
      client.send(post("Content-Length: 10\r\nExpect: 100-continue", ""));
      assertLast(client, 405, "the final response at once, without 100");
    }
  }

  @Test
  void anEarlyErrorReachesAClientThatIsStillSending() throws Exception {
    String part = "x".repeat(1 << 16);
    for (String head :
        List.of(
            post("Content-Length: 100000000", ""),
            post("Transfer-Encoding: chunked", "1000000\r\n"),
            post("Content-Length: 5\r\nContent-Length: 5", ""))) {
      try (RawClient client = connect()) {
        client.send(head);
        for (int i = 0; i < 64; i++) {
          client.send(part);
        }
        assertLast(client, head.contains("5\r\n") ? 400 : 413, head);
      }
    }
  }

  @Test
  void http10ConnectionsPersistOnlyWithKeepAlive() throws Exception {
    try (RawClient client = connect()) {
      client.send("GET /first HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      Head head = client.head();
      assertEquals("keep-alive", head.field("connection"));
      client.body(head.contentLength());
      client.send("GET /first HTTP/1.0\r\n\r\n" + MARKER);
      assertLast(client, 200, "HTTP/1.0");
    }
    try (RawClient client = connect()) {
      client.send("GET /first HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n" + MARKER);
      assertLast(client, 200, "close among other options");
    }
  }

  @Test
  void aHalfClosedClientStillGetsItsResponses() throws Exception {
    try (RawClient client = connect()) {
      client.send(FIRST + FIRST + "GET /a b");
      client.shutdownOutput();
      assertFirst(client);
      assertFirst(client);
      assertLast(client, 400, "garbage");
    }
    try (RawClient client = connect()) {
      client.send(FIRST + "GET /fir");
      client.shutdownOutput();
      assertFirst(client);
      assertTrue(client.atEnd(), "an incomplete request gets no response");
    }
  }

  @Test
  void aRejectedHeadRequestGetsNoBody() throws Exception {
    try (RawClient client = connect()) {
      client.send("HEAD / HTTP/1.1\r\nHost: a\r\nHost: b\r\n");
      Head head = client.head();
      assertEquals(400, head.status());
      assertTrue(client.atEnd(), "no body");
    }
  }

  @Test
  void aRequestForTheHostGateInvalidIsAnOrdinaryRequest() throws Exception {
    try (RawClient client = connect()) {
      client.send("GET / HTTP/1.1\r\nHost: gate.invalid\r\nConnection: close\r\n\r\n");
      assertLast(client, 404, "an ordinary request");
    }
  }

  // ---- timeouts --------------------------------------------------------------------------------

  @Test
  void aSlowHeadGets408UnlessTheServerDelayedIt() throws Exception {
    restart(HttpLimits.DEFAULT.withHeadTimeout(Duration.ofMillis(400)));
    Files.write(root.resolve("large"), new byte[32 << 20]);
    try (RawClient client = connect()) {
      Thread.sleep(600);
      client.send(FIRST + "GET /first HTT");
      assertFirst(client);
      assertLast(client, 408, "a slow head");
    }
    try (RawClient client = new RawClient(running.address(), 8 << 10)) {
      client.send("GET /large HTTP/1.1\r\nHost: a" + END + "GET /first HTTP/1.1\r\nHo");
      Head head = client.head();
      Thread.sleep(600); // the server sends the large file and does not read
      client.send("st: a\r\n\r\n");
      client.body(head.contentLength());
      assertFirst(client);
      assertFalse(head.fields().containsKey("connection"));
    }
    assertCounted(Map.of(RejectReason.HEAD_TIMEOUT, 1));
  }

  @Test
  void aSlowBodyGets408() throws Exception {
    HttpLimits d = HttpLimits.DEFAULT;
    restart(
        new HttpLimits(
            d.targetBytes(),
            d.headBytes(),
            d.fields(),
            d.headTimeout(),
            d.chunkExtensionBytes(),
            d.trailerBytes(),
            d.bodyBytes(),
            Duration.ofMillis(300),
            d.lingerBytes(),
            d.lingerTimeout()));
    try (RawClient client = connect()) {
      client.send(FIRST + post("Content-Length: 10", "12345"));
      assertFirst(client);
      assertLast(client, 408, "a slow body");
    }
  }
}
