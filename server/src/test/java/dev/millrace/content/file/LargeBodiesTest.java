package dev.millrace.content.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.OnDisk;
import dev.millrace.server.Programs;
import dev.millrace.server.RawClient;
import dev.millrace.server.RawClient.Head;
import dev.millrace.server.RunningServer;
import dev.millrace.transport.TransportChoice;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies sent from files: cached by the kernel or not, pipelined, and truncated while sent. */
public class LargeBodiesTest {
  @TempDir(factory = OnDisk.class)
  Path root;

  private RunningServer start(String yaml) throws Exception {
    return RunningServer.start(root, TransportChoice.URING, "digests: off\n" + yaml);
  }

  private byte[] write(String name, int length) throws Exception {
    byte[] content = new byte[length];
    new SplittableRandom(length).nextBytes(content);
    Files.write(root.resolve(name), content);
    return content;
  }

  /**
   * Writes the file to disk and drops its pages; returns once three quarters are not resident. A
   * socket that sent the file can reference its pages long after the response, since the kernel
   * frees received packets in batches. Then a copy, whose pages no socket references, replaces the
   * file.
   */
  public static void evict(Path file) throws Exception {
    long deadline = System.nanoTime() + 20_000_000_000L;
    long kept = dropPages(file);
    while (kept > Files.size(file) / 4 && System.nanoTime() < deadline) {
      Path copy = file.resolveSibling(file.getFileName() + ".copy");
      Files.copy(file, copy);
      kept = dropPages(copy);
      Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
    }
    assertTrue(kept <= Files.size(file) / 4, "resident: " + kept + " bytes of " + file);
  }

  /** Writes the file to disk and drops the pages that nothing references. */
  private static long dropPages(Path file) throws Exception {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Programs.Result dropped =
        Programs.run(
            "python3",
            "-c",
            "import os,sys\nf=os.open(sys.argv[1],os.O_RDONLY)\n"
                + "os.posix_fadvise(f,0,0,os.POSIX_FADV_DONTNEED)",
            file.toString());
    assertEquals(0, dropped.exitCode(), dropped.toString());
    return Long.parseLong(Programs.run("fincore", "-bno", "RES", file.toString()).out().strip());
  }

  private static double metric(RunningServer server, String name) throws Exception {
    return Double.parseDouble(server.metric(name));
  }

  private static double operations(RunningServer server, String operation) throws Exception {
    String name = "millrace_ring_completion_latency_seconds_count{operation=\"" + operation + "\"}";
    for (String line : server.metrics().split("\n")) {
      if (line.startsWith(name)) {
        return Double.parseDouble(line.substring(name.length() + 1));
      }
    }
    return 0;
  }

  @Test
  void onlyNonResidentFilesAreReadByTheRing() throws Exception {
    byte[] content = write("f", 20 << 20);
    // Each request opens the file again, so that none reuses earlier knowledge of residency.
    try (RunningServer server = start("open-files: 0\n");
        RawClient client = new RawClient(server.address())) {
      for (int i = 0; i < 3; i++) {
        client.get("/f");
        assertArrayEquals(content, client.body(client.head().contentLength()));
      }
      assertEquals(0, operations(server, "read"), "a resident file is sent from the page cache");
      // On a busy machine the kernel may have read ahead of the server each time.
      var _ =
          Await.until(
              () -> {
                evict(root.resolve("f"));
                client.get("/f");
                assertArrayEquals(content, client.body(client.head().contentLength()));
                return operations(server, "read");
              },
              read -> read > 0);
      assertEquals(0, metric(server, "millrace_send_chunks"), "chunks in use");
    }
  }

  @Test
  void pipelinedRangesOfAllLengthsAreComplete() throws Exception {
    byte[] content = write("f", 3_500_000);
    write("small", 700);
    Random random = new Random(5);
    try (RunningServer server = start("")) {
      for (int round = 0; round < 30; round++) {
        try (RawClient client = new RawClient(server.address(), round % 3 == 0 ? 4096 : 0)) {
          int[] first = new int[12];
          int[] last = new int[12];
          StringBuilder batch = new StringBuilder();
          for (int i = 0; i < first.length; i++) {
            first[i] = random.nextInt(content.length);
            int length = 1 + random.nextInt(i % 2 == 0 ? 40_000 : 2_500_000);
            last[i] = Math.min(content.length - 1, first[i] + length);
            batch.append("GET /f HTTP/1.1\r\nHost: h\r\nRange: bytes=" + first[i] + "-" + last[i]);
            batch.append("\r\n\r\nGET /small HTTP/1.1\r\nHost: h\r\n\r\n");
          }
          client.send(batch.toString());
          for (int i = 0; i < first.length; i++) {
            Head head = client.head();
            assertEquals(206, head.status());
            assertArrayEquals(
                Arrays.copyOfRange(content, first[i], last[i] + 1),
                client.body(head.contentLength()));
            client.body(client.head().contentLength());
          }
        }
      }
      assertMultipart(server, content);
    }
  }

  /** Several ranges: part heads from memory between sections of the file. */
  private static void assertMultipart(RunningServer server, byte[] content) throws Exception {
    try (RawClient client = new RawClient(server.address())) {
      client.request("GET", "/f", "Range: bytes=5-900000,1000000-2000000,3000000-3000001");
      Head head = client.head();
      String body = HexFormat.of().formatHex(client.body(head.contentLength()));
      for (int[] range : new int[][] {{5, 900_000}, {1_000_000, 2_000_000}}) {
        byte[] part = Arrays.copyOfRange(content, range[0], range[1] + 1);
        assertTrue(body.contains("0d0a0d0a" + HexFormat.of().formatHex(part) + "0d0a2d2d"));
      }
    }
  }

  @Test
  void aTruncatedFileEndsTheConnectionWithoutPadding() throws Exception {
    Path file = root.resolve("f");
    for (int kept : new int[] {0, 100_000, 2_000_000, 8_000_000}) {
      write("f", 8_100_000);
      try (RunningServer server = start("open-files: 0\n");
          RawClient client = new RawClient(server.address(), 4096)) {
        client.get("/f");
        assertEquals(8_100_000, client.head().contentLength());
        try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
          cut.setLength(kept);
        }
        long n = 0;
        byte[] buffer = new byte[1 << 16];
        InputStream in = client.in();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          n += read;
        }
        assertTrue(n < 8_100_000, "bytes received: " + n);
      }
    }
  }

  @Test
  void otherRequestsAreServedWhileANonResidentFileIsSent() throws Exception {
    Path file = root.resolve("cold");
    MessageDigest expected = MessageDigest.getInstance("SHA-256");
    try (var out = Files.newOutputStream(file)) {
      byte[] chunk = new byte[1 << 20];
      Random random = new Random(1);
      for (int i = 0; i < 256; i++) {
        random.nextBytes(chunk);
        expected.update(chunk);
        out.write(chunk);
      }
    }
    write("small", 700);
    evict(file);
    try (RunningServer server = start("");
        RawClient other = new RawClient(server.address())) {
      AtomicBoolean done = new AtomicBoolean();
      int[] responses = new int[1];
      Thread requesting =
          new Thread(() -> {
            try {
              while (!done.get()) {
                other.get("/small");
                other.body(other.head().contentLength());
                responses[0]++;
              }
            } catch (Exception failed) {
              responses[0] = Integer.MIN_VALUE;
            }
          });
      requesting.start();
      MessageDigest actual = MessageDigest.getInstance("SHA-256");
      try (RawClient client = new RawClient(server.address())) {
        client.get("/cold");
        long left = client.head().contentLength();
        byte[] buffer = new byte[1 << 20];
        while (left > 0) {
          int n = client.in().read(buffer, 0, (int) Math.min(buffer.length, left));
          actual.update(buffer, 0, n);
          left -= n;
        }
      }
      done.set(true);
      requesting.join();
      assertArrayEquals(expected.digest(), actual.digest());
      assertTrue(responses[0] > 0, "responses to other requests: " + responses[0]);
      assertTrue(operations(server, "read") > 0, "the file was not resident");
    }
  }
}
