package dev.millrace.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.transport.TransportChoice;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long bodies that the response cache starts to send. */
class CachedLongBodiesTest {
  /** More than the kernel buffers for a client that does not read. */
  private static final int SIZE = 32 << 20;

  private static final int SMALL_BUFFER = 64 << 10;

  private static final Pattern BYTES = Pattern.compile("\"bytes\":(\\d+)");

  @TempDir Path root;
  @TempDir Path aside;
  private final byte[] content = new byte[SIZE];

  @BeforeEach
  void tree() throws Exception {
    new SplittableRandom(1).nextBytes(content);
    Path file = Files.write(root.resolve("f"), content);
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2024-02-29T12:00:00Z")));
  }

  private RunningServer start(String yaml) throws Exception {
    RunningServer server =
        RunningServer.start(root, TransportChoice.URING, "digests: on-request\n" + yaml);
    for (String[] fields : List.of(new String[0], new String[] {"Connection: close"})) {
      try (RawClient first = new RawClient(server.address())) {
        first.request("GET", "/f", fields);
        assertArrayEquals(content, body(first));
      }
    }
    return server;
  }

  private static byte[] body(RawClient client) throws Exception {
    return client.body((int) client.head().contentLength());
  }

  private static double metric(RunningServer server, String name) throws Exception {
    return Double.parseDouble(server.metric(name));
  }

  private static double hits(RunningServer server) throws Exception {
    return metric(server, "millrace_response_cache_hits_total");
  }

  private static void await(RunningServer server, String name, double value) throws Exception {
    server.await(name, value);
  }

  /** Reads a body over some seconds. */
  private byte[] slowly(RawClient client) throws Exception {
    byte[] read = new byte[(int) client.head().contentLength()];
    InputStream in = client.in();
    for (int at = 0; at < read.length; at += 1 << 20) {
      Thread.sleep(80);
      assertEquals(1 << 20, in.readNBytes(read, at, 1 << 20));
    }
    return read;
  }

  @Test
  void pipelinedLongBodiesAreCompleteAndInOrder() throws Exception {
    try (RunningServer server = start("");
        RawClient client = new RawClient(server.address())) {
      double before = hits(server);
      client.get("/f");
      client.request("GET", "/f", "Range: bytes=1000000-9999999");
      client.request("GET", "/f", "Range: bytes=5-9");
      client.get("/f");
      assertArrayEquals(content, body(client));
      assertArrayEquals(Arrays.copyOfRange(content, 1_000_000, 10_000_000), body(client));
      assertArrayEquals(Arrays.copyOfRange(content, 5, 10), body(client));
      assertArrayEquals(content, body(client));
      assertTrue(hits(server) > before, "no cache hit");
    }
  }

  @Test
  void aSlowReceiverIsNotIdle() throws Exception {
    try (RunningServer server = start("idle-timeout: 1s\nrevalidate: 1h\n");
        RawClient client = new RawClient(server.address(), SMALL_BUFFER)) {
      double before = hits(server);
      client.get("/f");
      client.request("GET", "/f", "Range: bytes=5-9"); // before the connection can become idle
      assertArrayEquals(content, slowly(client));
      assertEquals(5, body(client).length);
      assertTrue(client.atEnd(), "closed when idle afterwards");
      assertEquals(before + 1, hits(server), "the first range of a file is a cache miss");
    }
  }

  @Test
  void aClientThatHasSentItsLastRequestStillReceives() throws Exception {
    try (RunningServer server = start("");
        RawClient halfClosed = new RawClient(server.address(), SMALL_BUFFER);
        RawClient last = new RawClient(server.address(), SMALL_BUFFER)) {
      double before = hits(server);
      halfClosed.get("/f");
      halfClosed.shutdownOutput();
      last.request("GET", "/f", "Connection: close");
      assertArrayEquals(content, slowly(halfClosed));
      assertTrue(halfClosed.atEnd());
      assertArrayEquals(content, slowly(last));
      assertTrue(last.atEnd());
      assertEquals(before + 2, hits(server));
      await(server, "millrace_connections_open", 0);
    }
  }

  @Test
  void theLogHasTheNumberOfBytesSent() throws Exception {
    Path log = aside.resolve("access.log");
    try (RunningServer server = start("access-log: " + log + "\naccess-log-format: json\n")) {
      double before = hits(server);
      try (RawClient whole = new RawClient(server.address());
          RawClient gone = new RawClient(server.address(), SMALL_BUFFER)) {
        gone.get("/f");
        await(server, "http_server_active_requests", 1);
        whole.get("/f");
        body(whole);
        assertEquals(before + 2, hits(server));
      }
      await(server, "http_server_active_requests", 0);
      await(server, "millrace_connections_open", 0);
    }
    List<String> lines = Files.readAllLines(log);
    assertEquals(4, lines.size(), lines.toString());
    assertEquals(SIZE, bytes(lines.get(2)), "the complete response, which ends first");
    long part = bytes(lines.get(3));
    assertTrue(part > 0 && part < SIZE, "sent before the client disconnected: " + part);
  }

  private static long bytes(String line) {
    Matcher matcher = BYTES.matcher(line);
    assertTrue(matcher.find(), line);
    return Long.parseLong(matcher.group(1));
  }

  @Test
  void aStopWaitsForALongBody() throws Exception {
    RunningServer server = start("drain: 30s\n");
    try (RawClient client = new RawClient(server.address(), SMALL_BUFFER)) {
      double before = hits(server);
      client.get("/f");
      await(server, "millrace_response_cache_hits_total", before + 1);
      Thread stop = Thread.ofVirtual().start(server::close);
      assertArrayEquals(content, slowly(client));
      stop.join();
    } finally {
      server.close();
    }
  }
}
