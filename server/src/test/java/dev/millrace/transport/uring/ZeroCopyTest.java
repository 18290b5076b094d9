package dev.millrace.transport.uring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.content.file.LargeBodiesTest;
import dev.millrace.server.OnDisk;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.transport.TransportChoice;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Zero-copy sends from memory are complete, and release their memory. They save nothing over
 * loopback, where the kernel copies.
 */
class ZeroCopyTest {
  private static final int LENGTH = 12 << 20;
  private static final String READS =
      "millrace_ring_completion_latency_seconds_count{operation=\"read\"}";

  @TempDir(factory = OnDisk.class)
  Path root;

  private final byte[] content = new byte[LENGTH];

  @BeforeEach
  void tree() throws Exception {
    new SplittableRandom(4).nextBytes(content);
    Files.write(root.resolve("f"), content);
    Files.createDirectory(root.resolve("many"));
    for (int i = 0; i < 900; i++) {
      Files.createFile(root.resolve("many/a-file-with-a-number-" + i));
    }
  }

  private RunningServer start(String yaml) throws Exception {
    return RunningServer.start(root, TransportChoice.URING, "digests: off\nlisting: on\n" + yaml);
  }

  private static double metric(RunningServer server, String name) throws Exception {
    return Double.parseDouble(server.metric(name));
  }

  private static void awaitZero(RunningServer server, String name) throws Exception {
    server.await(name, 0);
  }

  private byte[] fetch(RunningServer server, String target, int receiveBufferBytes)
      throws Exception {
    try (RawClient client = new RawClient(server.address(), receiveBufferBytes)) {
      client.get(target);
      return client.body(client.head().contentLength());
    }
  }

  @Test
  void aFileReadFromDiskIsComplete() throws Exception {
    try (RunningServer server = start("zero-copy: on\nopen-files: 0\n")) {
      for (int receiveBufferBytes : new int[] {0, 1 << 16}) {
        LargeBodiesTest.evict(root.resolve("f"));
        assertArrayEquals(content, fetch(server, "/f", receiveBufferBytes));
      }
      // The kernel's read-ahead makes pages resident, which sendfile(2) then sends.
      double zeroCopy = metric(server, "millrace_zero_copy_bytes_total");
      assertTrue(zeroCopy > 100_000, "bytes sent with zero copy: " + zeroCopy + server.metrics());
      double copied = metric(server, "millrace_zero_copy_copied_bytes_total");
      assertTrue(copied > 0 && copied <= zeroCopy, "over loopback the kernel copies: " + copied);
      awaitZero(server, "millrace_connections_open");
      assertEquals(0, metric(server, "millrace_send_chunks"), "chunks in use");
    }
  }

  @Test
  void withoutTheSettingNothingIsSentWithZeroCopy() throws Exception {
    try (RunningServer server = start("open-files: 0\n")) {
      LargeBodiesTest.evict(root.resolve("f"));
      assertArrayEquals(content, fetch(server, "/f", 0));
      // A metric appears with its first use.
      assertTrue(server.metrics().contains(READS), "the ring read nothing");
      assertEquals(0, metric(server, "millrace_zero_copy_bytes_total"));
    }
  }

  @Test
  void listingsAreComplete() throws Exception {
    try (RunningServer server = start("zero-copy: on\n");
        HttpClient client = HttpClient.newHttpClient()) {
      int port = server.address().getPort();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/many/"))
              .version(HttpClient.Version.HTTP_1_1)
              .build();
      String expected = client.send(request, BodyHandlers.ofString()).body();
      assertTrue(expected.contains("a-file-with-a-number-899"), "the last name is missing");
      for (int i = 0; i < 20; i++) {
        assertEquals(expected, client.send(request, BodyHandlers.ofString()).body());
      }
      awaitZero(server, "millrace_send_chunks");
    }
  }

  @Test
  void clientsThatDisconnectDuringADownloadLeakNothing() throws Exception {
    try (RunningServer server = start("zero-copy: on\n")) {
      for (int i = 0; i < 12; i++) {
        LargeBodiesTest.evict(root.resolve("f"));
        try (RawClient client = new RawClient(server.address(), 1 << 16)) {
          client.get("/f");
          client.head();
          client.body(1 + 300_000L * (i / 3));
          if (i % 3 == 0) {
            client.reset();
          } else if (i % 3 == 1) {
            client.shutdownOutput();
          }
        }
      }
      awaitZero(server, "millrace_connections_open");
      assertEquals(0, metric(server, "millrace_send_chunks"), "chunks in use");
      assertArrayEquals(content, fetch(server, "/f", 0));
    }
  }
}
