package dev.millrace.http.http1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.RawClient;
import dev.millrace.server.RawClient.Head;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How transfers, connections and the server end, on both transports. */
abstract class EndingsContract {
  private static final int SMALL_WINDOW_BYTES = 8 << 10;

  @TempDir Path root;
  private RunningServer running;
  private InetSocketAddress address;

  abstract Via transport();

  /** Describes the resources that the transport still holds; empty if there are none. */
  abstract String leftovers(RunningServer server) throws Exception;

  @BeforeEach
  void start() throws Exception {
    running = RunningServer.start(root, transport());
    address = running.address();
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private RawClient slowClient() throws Exception {
    return new RawClient(address, SMALL_WINDOW_BYTES);
  }

  /** Whether the server refuses new connections. */
  private boolean isRefused() throws Exception {
    try (Socket _ = new Socket(address.getAddress(), address.getPort())) {
      return false;
    } catch (ConnectException refused) {
      return true;
    }
  }

  private static long openDescriptors() throws Exception {
    try (var list = Files.list(Path.of("/proc/self/fd"))) {
      return list.count();
    }
  }

  /** Waits until read buffers, transport resources and descriptors are all released. */
  private void awaitQuiet(long descriptors) throws Exception {
    var _ =
        Await.until(
            () -> {
              long more = openDescriptors() - descriptors;
              int buffers = running.readBuffersTaken();
              return (buffers == 0 ? "" : buffers + " read buffers; ")
                  + (more <= 0 ? "" : more + " descriptors; ")
                  + leftovers(running);
            },
            String::isEmpty);
  }

  @Test
  void resetsDuringResponsesLeakNothing() throws Exception {
    byte[] content = new byte[32 << 20];
    Files.write(root.resolve("large"), content);
    try (RawClient warm = slowClient()) {
      warm.get("/large");
      warm.body(warm.head().contentLength());
    }
    awaitQuiet(Long.MAX_VALUE);
    long before = openDescriptors();
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      RawClient client = slowClient();
      client.get("/large");
      clients.add(client);
    }
    for (RawClient client : clients) {
      assertEquals(200, client.head().status());
      client.body(1_000);
    }
    assertTrue(openDescriptors() > before + 200, "all responses are in progress");
    for (RawClient client : clients) {
      client.reset();
    }
    awaitQuiet(before);
    try (RawClient after = slowClient()) {
      after.get("/large");
      assertArrayEquals(content, after.body(after.head().contentLength()));
    }
  }

  /** The first hundred resets come while requests are sent, the others while responses are read. */
  @Test
  void aResetAtAnyPointOfAConversationLeaksNothing() throws Exception {
    Files.write(root.resolve("small"), new byte[500]);
    Files.write(root.resolve("large"), new byte[300_000]);
    String requests =
        """
        GET /small HTTP/1.1\r
        Host: a\r
        \r
        POST /small HTTP/1.1\r
        Host: a\r
        Transfer-Encoding: chunked\r
        \r
        5\r
        hello\r
        0\r
        \r
        GET /large HTTP/1.1\r
        Host: a\r
        Want-Repr-Digest: sha-256=1\r
        \r
        GET /none HTTP/1.1\r
        Host: a\r
        \r
        GET / HTTP/1.1\r
        Host: a b\r
        \r
        """;
    awaitQuiet(Long.MAX_VALUE);
    long before = openDescriptors();
    for (int point = 0; point < 200; point++) {
      try (RawClient client = slowClient()) {
        if (point < 100) {
          client.send(requests.substring(0, requests.length() * point / 100));
        } else {
          client.send(requests);
          client.body((point - 100) * 3_000L);
        }
        client.reset();
      }
    }
    awaitQuiet(before + 2); // the two open files stay cached
    String active = running.metric("http_server_active_requests");
    assertEquals(0, Double.parseDouble(active), "active requests");
    assertEquals(0, Double.parseDouble(running.metric("millrace_connections_open")));
  }

  @Test
  void aFileTruncatedDuringADownloadEndsTheConnection() throws Exception {
    Path file = Files.write(root.resolve("shrinking"), new byte[64 << 20]);
    long before = openDescriptors();
    try (RawClient client = slowClient()) {
      client.get("/shrinking");
      long promised = client.head().contentLength();
      client.body(100_000);
      try (RandomAccessFile shrink = new RandomAccessFile(file.toFile(), "rw")) {
        shrink.setLength(1_000);
      }
      assertThrows(
          IOException.class, () -> client.body(promised - 100_000), "the body must not be padded");
    }
    awaitQuiet(before);
  }

  @Test
  void aFileThatGrowsDuringADownloadIsSentWithItsOriginalLength() throws Exception {
    byte[] content = new byte[20 << 20];
    Arrays.fill(content, (byte) 'a');
    Path file = Files.write(root.resolve("growing"), content);
    try (RawClient client = slowClient()) {
      client.get("/growing");
      assertEquals(content.length, client.head().contentLength());
      Files.writeString(file, "more", StandardOpenOption.APPEND);
      assertArrayEquals(content, client.body(content.length));
      client.request("HEAD", "/growing");
      assertEquals(content.length + 4, client.head().contentLength());
    }
  }

  @Test
  void connectionCloseIsHonouredAfterTheCompleteResponse() throws Exception {
    byte[] content = new byte[3 << 20];
    new SplittableRandom(5).nextBytes(content);
    Files.write(root.resolve("f"), content);
    long before = openDescriptors();
    try (RawClient client = slowClient()) {
      client.request("GET", "/f", "Connection: close");
      assertArrayEquals(content, client.body(client.head().contentLength()));
      assertTrue(client.atEnd());
    }
    awaitQuiet(before);
  }

  @Test
  void aStopFinishesResponsesInProgressAndAcceptsNoConnections() throws Exception {
    byte[] content = new byte[8 << 20];
    new SplittableRandom(3).nextBytes(content);
    Files.write(root.resolve("large"), content);
    try (RawClient idle = slowClient();
        RawClient client = slowClient()) {
      client.get("/large");
      Head head = client.head();
      Thread stop = Thread.ofPlatform().start(running::close);
      Await.until(this::isRefused);
      assertArrayEquals(content, client.body(head.contentLength()));
      assertTrue(client.atEnd(), "closed after its response");
      assertTrue(idle.atEnd(), "an idle connection is closed");
      stop.join(20_000);
      assertFalse(stop.isAlive());
    }
  }
}
