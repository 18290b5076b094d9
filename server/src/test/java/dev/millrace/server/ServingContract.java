package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.RawClient.Head;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Behaviour common to both transports, over real sockets. */
abstract class ServingContract {
  @TempDir Path root;
  private RunningServer running;

  abstract Via transport();

  /** The number of read buffers that a long transfer uses. */
  abstract int buffersOfATransfer();

  /** Lines that the metrics of this transport must contain. */
  abstract List<String> metrics();

  @BeforeEach
  void start() throws Exception {
    running = RunningServer.start(root, transport(), "digests: on-request\n");
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private RawClient connect() throws Exception {
    return new RawClient(running.address());
  }

  private static byte[] randomBytes(int size, long seed) {
    byte[] bytes = new byte[size];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  private static Head assertStatus(RawClient client, String method, String target, int status)
      throws Exception {
    client.request(method, target);
    Head head = client.head();
    assertEquals(status, head.status(), method + " " + target);
    if (!method.equals("HEAD")) {
      client.body(head.contentLength());
    }
    return head;
  }

  @Test
  void aFileIsServedWithItsTypeAndValidators() throws Exception {
    Files.writeString(root.resolve("hello.txt"), "Hello, World!\n");
    Settled.await(root);
    try (RawClient client = connect()) {
      client.get("/hello.txt");
      Head head = client.head();
      assertEquals(200, head.status());
      assertEquals("text/plain; charset=utf-8", head.field("content-type"));
      assertEquals("nosniff", head.field("x-content-type-options"));
      assertTrue(
          head.field("etag").matches("\"[0-9a-f]+\\.[0-9a-f]+-e-[0-9a-f]+\""), head.toString());
      assertTrue(head.field("last-modified").endsWith(" GMT"), head.toString());
      assertTrue(head.field("date").endsWith(" GMT"), head.toString());
      assertFalse(head.fields().containsKey("repr-digest"), "no digest was requested");
      assertEquals("Hello, World!\n", new String(client.body(14), StandardCharsets.US_ASCII));
    }
  }

  @Test
  void headHasTheETagOfGetAndTheETagChangesWithTheFile() throws Exception {
    Path file = Files.writeString(root.resolve("f"), "12345");
    Settled.await(root);
    try (RawClient client = connect()) {
      Head head = assertStatus(client, "HEAD", "/f", 200);
      Head get = assertStatus(client, "GET", "/f", 200);
      assertEquals(5, head.contentLength());
      assertEquals(get.field("etag"), head.field("etag"));
      Files.writeString(file, "54321");
      assertNotEquals(get.field("etag"), assertStatus(client, "GET", "/f", 200).field("etag"));
    }
  }

  @Test
  void directoriesMissingPathsAndInvalidTargetsGetTheirStatus() throws Exception {
    Files.createDirectory(root.resolve("dir"));
    Files.writeString(root.resolve("dir/index.html"), "index");
    Files.createDirectory(root.resolve("bare"));
    Files.writeString(root.resolve("file"), "x");
    Files.writeString(root.resolve(".hidden"), "x");
    Files.createSymbolicLink(root.resolve("out"), Path.of("/etc/passwd"));
    Files.createSymbolicLink(root.resolve("in"), Path.of("file"));
    assertEquals(0, Programs.run("mkfifo", root.resolve("fifo").toString()).exitCode());
    try (RawClient client = connect()) {
      assertStatus(client, "GET", "/dir/", 200);
      assertEquals("/dir/?a=b", assertStatus(client, "GET", "/dir?a=b", 301).field("location"));
      assertEquals("/dir/", assertStatus(client, "GET", "//dir", 301).field("location"));
      for (String absent :
          List.of("/bare/", "/nothing", "/file/", "/file/below", "/.hidden", "/out", "/fifo")) {
        assertStatus(client, "GET", absent, 404);
      }
      assertStatus(client, "GET", "/in", 200);
      assertStatus(client, "GET", "/dir/../file", 200);
      assertStatus(client, "GET", "/a%2Fb", 404);
      assertStatus(client, "GET", "/" + "n".repeat(300), 404);
      assertStatus(client, "GET", "/../file", 400);
      assertStatus(client, "HEAD", "/nothing", 404);
      assertEquals(
          "GET, HEAD, OPTIONS", assertStatus(client, "DELETE", "/file", 405).field("allow"));
      assertStatus(client, "GET", "/%00", 400);
      assertTrue(client.atEnd(), "the server closes after a malformed request");
    }
  }

  @Test
  void everyByteOfANameCanBePercentEncoded() throws Exception {
    String odd = "a b%c#d?e\"f'ü.txt";
    Files.writeString(root.resolve(odd), "odd");
    StringBuilder encoded = new StringBuilder("/");
    for (byte b : odd.getBytes(StandardCharsets.UTF_8)) {
      encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
    }
    try (RawClient client = connect()) {
      assertStatus(client, "GET", encoded.toString(), 200);
    }
  }

  @Test
  void pipelinedResponsesOfSizesAroundBufferSizesKeepTheirOrder() throws Exception {
    int[] sizes = {0, 1, 4095, 4096, 8191, 8192, 8193, 16_383, 16_384, 16_385, 131_071, 131_072};
    List<byte[]> contents = new ArrayList<>();
    StringBuilder pipelined = new StringBuilder();
    for (int i = 0; i < sizes.length * 2; i++) {
      int size = sizes[i % sizes.length] + (i >= sizes.length ? 300_000 : 0);
      contents.add(randomBytes(size, i));
      Files.write(root.resolve("f" + i), contents.getLast());
      pipelined.append("GET /f" + i + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    try (RawClient client = connect()) {
      client.send(pipelined.toString());
      for (int i = 0; i < contents.size(); i++) {
        Head head = client.head();
        assertEquals(contents.get(i).length, head.contentLength(), "file " + i);
        assertArrayEquals(contents.get(i), client.body(head.contentLength()), "file " + i);
      }
    }
  }

  @Test
  void aTreeOf2000FilesIsDownloadedUnchanged() throws Exception {
    Path tree = Files.createDirectory(root.resolve("tree"));
    Random random = new Random(11);
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      Path directory = Files.createDirectories(tree.resolve("d" + i % 37));
      int size = i % 100 == 0 ? random.nextInt(2_000_000) : random.nextInt(20_000);
      Files.write(directory.resolve("f" + i), randomBytes(size, i));
      urls.add(running.url() + "/tree/d" + i % 37 + "/f" + i);
    }
    Path list = Files.write(Files.createTempFile("urls", ".txt"), urls);
    Path copy = Files.createTempDirectory("copy");
    try {
      Programs.Result wget =
          Programs.run("wget", "-q", "-x", "-nH", "-P", copy.toString(), "-i", list.toString());
      assertEquals(0, wget.exitCode(), wget.err());
      Programs.Result diff =
          Programs.run("diff", "-r", tree.toString(), copy.resolve("tree").toString());
      assertEquals("", diff.out() + diff.err());
      assertEquals(0, diff.exitCode());
    } finally {
      Programs.run("rm", "-r", copy.toString(), list.toString());
    }
  }

  @Test
  void aFileOf5GibibytesIsSentWithABoundedNumberOfReadBuffers() throws Exception {
    long size = 5L << 30;
    byte[] tail = "the very last bytes".getBytes(StandardCharsets.US_ASCII);
    try (RandomAccessFile file = new RandomAccessFile(root.resolve("sparse").toFile(), "rw")) {
      file.setLength(size);
      file.seek(size - tail.length);
      file.write(tail);
    }
    try (RawClient client = connect()) {
      client.get("/sparse");
      assertEquals(size, client.head().contentLength());
      byte[] buffer = new byte[1 << 20];
      long left = size - tail.length;
      int maxBuffers = 0;
      while (left > 0) {
        int n = client.in().read(buffer, 0, (int) Math.min(buffer.length, left));
        assertTrue(n > 0, "ended " + left + " bytes early");
        left -= n;
        maxBuffers = Math.max(maxBuffers, running.readBuffersTaken());
      }
      assertArrayEquals(tail, client.body(tail.length));
      assertEquals(buffersOfATransfer(), maxBuffers, "read buffers in use");
    }
  }

  @Test
  void aThousandPersistentConnectionsAreServed() throws Exception {
    Files.writeString(root.resolve("f"), "0123456789");
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 1_000; i++) {
        clients.add(connect());
      }
      for (int round = 0; round < 3; round++) {
        for (RawClient client : clients) {
          client.get("/f");
        }
        for (RawClient client : clients) {
          assertEquals(200, client.head().status());
          assertEquals("0123456789", new String(client.body(10), StandardCharsets.US_ASCII));
        }
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void theRequestedDigestEqualsThatOfSha256sum() throws Exception {
    for (int size : new int[] {0, 1, 131_072, 5_000_001}) {
      Path file = Files.write(root.resolve("f" + size), randomBytes(size, size));
      String hex = Programs.run("sha256sum", file.toString()).out().substring(0, 64);
      String expected = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
      String heads =
          Programs.run(
                  "curl",
                  "-sS",
                  "-D",
                  "-",
                  "-o",
                  "/dev/null",
                  "-H",
                  "Want-Repr-Digest: sha-256=1",
                  running.url() + "/f" + size)
              .out();
      assertTrue(
          Pattern.compile("(?mi)^repr-digest: (?-i:sha-256=:" + Pattern.quote(expected) + ":)\r\n")
              .matcher(heads)
              .find(),
          heads);
    }
  }

  @Test
  void concurrentDigestsAreCorrect() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Files.write(root.resolve("f" + i), randomBytes(300_000 + i, i));
      RawClient client = connect();
      client.request("HEAD", "/f" + i, "Want-Repr-Digest: sha-256=10, md5=0");
      clients.add(client);
    }
    for (int i = 0; i < 40; i++) {
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(randomBytes(300_000 + i, i));
      assertEquals(
          "sha-256=:" + Base64.getEncoder().encodeToString(sum) + ":",
          clients.get(i).head().field("repr-digest"));
      clients.get(i).close();
    }
  }

  @Test
  void theManagementPortServesHealthReadinessAndMetrics() throws Exception {
    Files.writeString(root.resolve("f"), "x");
    try (RawClient client = connect()) {
      assertStatus(client, "GET", "/f", 200);
    }
    String base = running.managementUrl();
    assertEquals("ok\n", Programs.run("curl", "-sSf", base + "/healthz").out());
    assertEquals("ok\n", Programs.run("curl", "-sSf", base + "/readyz").out());
    String metrics = running.metrics();
    for (String metric : metrics()) {
      assertTrue(metrics.contains("\n" + metric), metric + " is missing from\n" + metrics);
    }
    assertEquals(
        "404",
        Programs.run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", base + "/f").out(),
        "the management port serves no files");
  }
}
