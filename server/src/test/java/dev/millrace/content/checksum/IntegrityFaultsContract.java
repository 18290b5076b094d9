package dev.millrace.content.checksum;

import static dev.millrace.content.checksum.IntegrityContract.field;
import static dev.millrace.content.checksum.IntegrityContract.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.Conversation;
import dev.millrace.server.LogLines;
import dev.millrace.server.Programs;
import dev.millrace.server.RawClient;
import dev.millrace.server.RawClient.Head;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Digests under faults: a full queue, files that change while hashed, and corrupt files. */
abstract class IntegrityFaultsContract {
  private static final String WANT = "Want-Repr-Digest: sha-256=1";

  @TempDir Path root;
  @TempDir Path aside;

  abstract Via transport();

  private RunningServer serving(String yaml) throws Exception {
    return RunningServer.start(root, transport(), yaml);
  }

  private byte[] write(String name, int size) throws Exception {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);
    Files.write(root.resolve(name), bytes);
    return bytes;
  }

  /** A sparse file that takes long to hash. */
  private Path large(String name, long size) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(root.resolve(name).toFile(), "rw")) {
      file.setLength(size);
    }
    return root.resolve(name);
  }

  private static void until(RunningServer server, String metric, String value) throws Exception {
    server.await(metric, Double.parseDouble(value));
  }

  private static void untilHashing(RunningServer server) throws Exception {
    Await.until(() -> !server.metric("millrace_digest_read_bytes_total").equals("0.0"));
  }

  @Test
  void onAFullQueueOnlyRequestsForNewDigestsGet503() throws Exception {
    large("large", 3L << 30);
    byte[] small = write("small", 1000);
    try (RunningServer server = serving("digests: on-request\ndigest-queue: 1\n");
        RawClient first = new RawClient(server.address());
        RawClient second = new RawClient(server.address())) {
      first.request("HEAD", "/large", WANT);
      untilHashing(server);
      for (String[] request :
          new String[][] {
            {"/small", WANT}, {"/small", "Want-Content-Digest: sha-256=1"}, {"/small.sha256"}
          }) {
        String[] fields = request.length == 1 ? new String[0] : new String[] {request[1]};
        Head head = get(server, 503, request[0], fields).head();
        assertEquals("1", head.field("retry-after"), head.toString());
      }
      assertEquals("3.0", server.metric("millrace_digest_refused_total"));
      second.request("HEAD", "/large", WANT); // joins the running pass and needs no queue entry
      assertEquals(
          new String(small, StandardCharsets.ISO_8859_1),
          new String(get(server, 200, "/small").body(), StandardCharsets.ISO_8859_1));
      String sums = Programs.run("curl", "-sSf", server.url() + "/SHA256SUMS").out();
      assertTrue(sums.endsWith("  large\n" + hex(root.resolve("small")) + "  small\n"), sums);
      assertFalse(first.head().field("repr-digest").isEmpty());
      assertFalse(second.head().field("repr-digest").isEmpty());
      assertEquals(
          field("sha-256", "SHA-256", small),
          get(server, 200, "/small", WANT).head().field("repr-digest"));
    }
  }

  private static String hex(Path file) throws Exception {
    return Programs.run("sha256sum", file.toString()).out().substring(0, 64);
  }

  /** A change to a file while it is hashed. */
  private interface Change {
    void to(Path file) throws Exception;
  }

  private void assertNoDigestAfter(Change change) throws Exception {
    Path file = large("large", 1L << 30);
    try (RunningServer server = serving("digests: on-request\n");
        RawClient client = new RawClient(server.address())) {
      client.request("HEAD", "/large", WANT);
      untilHashing(server);
      change.to(file);
      Head head = client.head();
      assertEquals(200, head.status());
      assertEquals("", head.field("repr-digest"));
      assertEquals("1.0", server.metric("millrace_digest_failed_total"));
      assertEquals("0.0", server.metric("millrace_digest_computed_total"));
      String digest = hex(file);
      String checksumFile =
          new String(get(server, 200, "/large.sha256").body(), StandardCharsets.US_ASCII);
      assertEquals(digest + "  large\n", checksumFile, "the digest of the current version");
    }
  }

  @Test
  void aFileWrittenWhileHashedHasNoDigest() throws Exception {
    assertNoDigestAfter(path -> {
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.seek(1 << 20);
        file.write(1);
      }
    });
  }

  @Test
  void aFileTruncatedWhileHashedHasNoDigest() throws Exception {
    assertNoDigestAfter(path -> {
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.setLength(1 << 20);
      }
    });
  }

  @Test
  void aFileReplacedWhileHashedHasNoDigest() throws Exception {
    assertNoDigestAfter(path -> {
      Path next = Files.write(aside.resolve("next"), new byte[1 << 20]);
      Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
    });
  }

  @Test
  void scrubFindsCorruptFilesAndRefusesThemIfConfigured() throws Exception {
    write("good", 30_000);
    write("bad", 40_000);
    String settings = "digests: on-request\nlisting: on\nstate: " + aside.resolve("state") + "\n";
    try (RunningServer server = serving(settings)) {
      for (String target : new String[] {"/good", "/bad"}) {
        get(server, 200, target, WANT);
      }
    }
    // As a failing disk may: other bytes, same size and modification time.
    FileTime time = Files.getLastModifiedTime(root.resolve("bad"));
    Files.write(root.resolve("bad"), new byte[40_000]);
    Files.setLastModifiedTime(root.resolve("bad"), time);
    try (LogLines log = new LogLines("dev.millrace.digest");
        RunningServer server = serving(settings + "scrub: 20MiB\n")) {
      until(server, "millrace_digest_corrupt_files", "1.0");
      Thread.sleep(2500); // long enough for a second pass, which must not log again
      assertEquals(1, log.with(root.resolve("bad") + " is corrupt"));
      assertEquals(0, log.with(root.resolve("good").toString()));
      get(server, 200, "/bad");
    }
    // Slow enough that responses are cached before the corruption is found.
    try (RunningServer server = serving(settings + "scrub: 40KiB\ncorrupt: refuse\n")) {
      try (Conversation client = new Conversation(server)) {
        assertTrue(client.exchange("GET /bad HTTP/1.1\r\nHost: h\r\n\r\n").contains(" 200 "));
        while (corruptFiles(server).equals("0.0")) {
          client.exchange("GET /bad HTTP/1.1\r\nHost: h\r\n\r\n");
        }
      }
      refusesBad(server);
      write("bad", 40_000);
      get(server, 200, "/bad");
      get(server, 200, "/bad.sha256");
      until(server, "millrace_digest_corrupt_files", "0.0");
    }
  }

  private static String corruptFiles(RunningServer server) throws Exception {
    return server.metric("millrace_digest_corrupt_files");
  }

  /** The server must refuse the corrupt file and its checksums, and mark it in lists. */
  private void refusesBad(RunningServer server) throws Exception {
    get(server, 200, "/good");
    for (String target : new String[] {"/bad", "/bad.sha256", "/bad.sha1"}) {
      Head head = get(server, 503, target, WANT).head();
      assertEquals("", head.field("repr-digest"));
      assertEquals("", head.field("etag"));
    }
    Path sums = aside.resolve("sums");
    assertEquals(
        0, Programs.run("curl", "-sSfo", sums.toString(), server.url() + "/SHA256SUMS").exitCode());
    assertEquals(
        "# corrupt: bad\n" + hex(root.resolve("good")) + "  good\n", Files.readString(sums));
    Programs.Result check =
        Programs.run("bash", "-c", "cd '" + root + "' && sha256sum -c --strict '" + sums + "'");
    assertEquals("good: OK\n", check.out(), check.err());
    String json = Programs.run("curl", "-sSf", server.url() + "/SHA256SUMS.json").out();
    assertTrue(json.contains("{\"name\":\"bad\",\"size\":40000,"), json);
    assertTrue(json.contains("\"corrupt\":true,\"href\":\"./bad\"}"), json);
    assertEquals(1, json.split("sha256", -1).length - 1, json);
    String listing = Programs.run("curl", "-sSf", server.url() + "/?format=json").out();
    assertEquals(1, listing.split("sha256", -1).length - 1, listing);
  }

  @Test
  void scrubKeepsToItsRate() throws Exception {
    write("file", 32 << 20);
    String settings = "digests: on-request\nstate: " + aside.resolve("state") + "\n";
    try (RunningServer server = serving(settings)) {
      get(server, 200, "/file", WANT);
    }
    double rate = 4 << 20;
    try (RunningServer server = serving(settings + "scrub: 4MiB\n")) {
      long before = System.nanoTime();
      double first = scrubbed(server);
      Thread.sleep(3000);
      double last = scrubbed(server);
      double seconds = (System.nanoTime() - before) / 1e9;
      assertTrue(last - first <= rate * (seconds + 0.5), last - first + " bytes in " + seconds);
      assertTrue(last - first >= rate * 0.5, last - first + " bytes in " + seconds);
      assertEquals("0.0", server.metric("millrace_digest_corrupt_files"));
    }
  }

  private static double scrubbed(RunningServer server) throws Exception {
    return Double.parseDouble(server.metric("millrace_digest_scrubbed_bytes_total"));
  }
}
