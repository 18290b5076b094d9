package dev.millrace.content.checksum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Answered;
import dev.millrace.server.Await;
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
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Digests in fields, checksum files and lists of checksums. */
abstract class IntegrityContract {
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

  record Answer(Head head, byte[] body) {
    String field(String name) {
      return head.field(name);
    }
  }

  static Answer get(RunningServer server, int status, String target, String... fields)
      throws Exception {
    try (RawClient client = new RawClient(server.address())) {
      client.request("GET", target, fields);
      Head head = client.head();
      assertEquals(status, head.status(), target + " " + Arrays.toString(fields) + " " + head);
      byte[] body = status == 304 ? new byte[0] : client.body(head.contentLength());
      return new Answer(head, body);
    }
  }

  static String field(String key, String algorithm, byte[] bytes) throws Exception {
    byte[] digest = MessageDigest.getInstance(algorithm).digest(bytes);
    return key + "=:" + Base64.getEncoder().encodeToString(digest) + ":";
  }

  /** Repeats the request until the digest that is computed in the background is in the response. */
  private static Answer untilDigestKnown(RunningServer server, String target) throws Exception {
    return Await.until(
        () -> get(server, 200, target), response -> !response.field("repr-digest").isEmpty());
  }

  @Test
  void requestedDigestsAreSentByPreference() throws Exception {
    byte[] bytes = write("f", 300_000);
    try (RunningServer server = serving("digests: on-request\n")) {
      assertEquals("", get(server, 200, "/f").field("repr-digest"));
      String sha512 = field("sha-512", "SHA-512", bytes);
      String sha256 = field("sha-256", "SHA-256", bytes);
      assertEquals(
          sha512,
          get(server, 200, "/f", "Want-Repr-Digest: sha-256=3, sha-512=9").field("repr-digest"));
      assertEquals(
          sha512,
          get(server, 200, "/f", "Want-Repr-Digest: sha-256=3, sha-512=1").field("repr-digest"),
          "a known digest that is acceptable suffices");
      assertEquals(
          sha256 + ", " + sha512,
          get(server, 200, "/f", "Want-Repr-Digest: sha-256=3").field("repr-digest"));
      for (String field : List.of("sha-256=", "SHA-256=1", "md5=5", "sha-256=0")) {
        write("g", 1000);
        assertEquals("", get(server, 200, "/g", "Want-Repr-Digest: " + field).field("repr-digest"));
      }
    }
  }

  @Test
  void knownDigestsAreInEveryResponseAndDetermineTheETag() throws Exception {
    byte[] bytes = write("f", 50_000);
    try (RunningServer server = serving("checksum-headers: sha1,md5,sha256\n")) {
      Answer first = get(server, 200, "/f");
      assertEquals("", first.field("repr-digest"));
      Answer known = untilDigestKnown(server, "/f");
      String digest = field("sha-256", "SHA-256", bytes);
      assertEquals(digest, known.field("repr-digest"));
      for (String[] pair :
          new String[][] {{"sha1", "SHA-1"}, {"md5", "MD5"}, {"sha256", "SHA-256"}}) {
        byte[] expected = MessageDigest.getInstance(pair[1]).digest(bytes);
        assertEquals(HexFormat.of().formatHex(expected), known.field("x-checksum-" + pair[0]));
      }
      String before = first.field("etag");
      String after = known.field("etag");
      assertNotEquals(before, after);
      // A download that began before the digest was known can be resumed afterwards.
      Answer part = get(server, 206, "/f", "Range: bytes=40000-", "If-Range: " + before);
      assertEquals(10_000, part.body().length);
      assertEquals(
          digest, part.field("repr-digest"), "Repr-Digest covers the whole file, also in a 206");
      assertEquals(after, part.field("etag"));
      get(server, 206, "/f", "Range: bytes=40000-", "If-Range: " + after);
      for (String tag : List.of(before, after)) {
        Answer same = get(server, 304, "/f", "If-None-Match: " + tag);
        assertEquals(digest, same.field("repr-digest"));
      }
      Files.write(root.resolve("copy"), bytes);
      assertEquals(
          after,
          untilDigestKnown(server, "/copy").field("etag"),
          "equal content has the same ETag");
    }
  }

  @Test
  void contentDigestCoversTheBytesSent() throws Exception {
    byte[] bytes = write("f", 100_000);
    try (RunningServer server = serving("digests: on-request\n")) {
      Answer part = get(server, 206, "/f", "Range: bytes=10-19", "Want-Content-Digest: sha-256=1");
      assertEquals(field("sha-256", "SHA-256", part.body()), part.field("content-digest"));
      assertEquals("", part.field("repr-digest"));
      Answer whole = get(server, 200, "/f", "Want-Content-Digest: sha-512=1");
      assertEquals(field("sha-512", "SHA-512", bytes), whole.field("content-digest"));
      assertEquals("", get(server, 200, "/f").field("content-digest"));
    }
  }

  @Test
  void missingChecksumFilesAreGenerated() throws Exception {
    write("f.bin", 200_000);
    write("a b\nc\\d", 10);
    write("real", 5);
    Files.writeString(root.resolve("real.sha256"), "written by hand");
    Files.createDirectory(root.resolve("d"));
    try (RunningServer server = serving("")) {
      for (String suffix : List.of("sha256", "sha512")) {
        byte[] sums = get(server, 200, "/f.bin." + suffix).body();
        Path file = Files.write(aside.resolve("sums"), sums);
        Programs.Result check = check(suffix + "sum", file);
        assertEquals("f.bin: OK\n", check.out(), check.err());
        byte[] odd = get(server, 200, "/a%20b%0Ac%5Cd." + suffix).body();
        assertEquals(0, check(suffix + "sum", Files.write(file, odd)).exitCode());
      }
      for (String suffix : List.of("sha1", "md5")) {
        String hex =
            new String(get(server, 200, "/f.bin." + suffix).body(), StandardCharsets.US_ASCII);
        String expected = Programs.run(suffix + "sum", root.resolve("f.bin").toString()).out();
        assertEquals(expected.substring(0, expected.indexOf(' ')), hex);
      }
      assertEquals(
          "written by hand",
          new String(get(server, 200, "/real.sha256").body(), StandardCharsets.US_ASCII));
      for (String absent :
          List.of(
              "/none.sha256",
              "/d.sha256",
              "/.sha256",
              "/f.bin.sha256.sha256",
              "/f.bin.sha3",
              "/d/.sha1")) {
        get(server, 404, absent);
      }
    }
    try (RunningServer server = serving("checksum-files: off\n")) {
      get(server, 404, "/f.bin.sha256");
      get(server, 404, "/SHA256SUMS");
    }
  }

  private Programs.Result check(String program, Path sums) throws Exception {
    return Programs.run(
        "bash", "-c", "cd '" + root + "' && " + program + " -c --strict '" + sums + "'");
  }

  @Test
  void sha256sumAcceptsADirectorysChecksumList() throws Exception {
    for (int i = 0; i < 50; i++) {
      write("file " + i, 10_000 + i);
    }
    write("with\nnewline", 3);
    write(".hidden", 3);
    Files.createDirectory(root.resolve("sub"));
    try (RunningServer server = serving("")) {
      Path sums = aside.resolve("SHA256SUMS");
      assertEquals(
          0,
          Programs.run("curl", "-sSf", "-o", sums.toString(), server.url() + "/SHA256SUMS")
              .exitCode());
      assertEquals(51, Files.readAllLines(sums).size());
      Programs.Result check = check("sha256sum", sums);
      assertEquals(0, check.exitCode(), check.out() + check.err());
      String json = Programs.run("curl", "-sSf", server.url() + "/SHA256SUMS.json").out();
      String python =
          "import json,sys; m = json.load(sys.stdin); print(len(m), m[0]['name'], m[0]['size'], len(m[0]['sha256']))";
      Programs.Result read =
          Programs.run(
              "bash",
              "-c",
              "curl -sSf " + server.url() + "/SHA256SUMS.json | python3 -c \"" + python + "\"");
      assertEquals("51 file 0 10000 64\n", read.out(), json + read.err());
      assertEquals(
          "[]\n", Programs.run("curl", "-sSf", server.url() + "/sub/SHA256SUMS.json").out());
      assertEquals(
          "404",
          Programs.run(
                  "curl",
                  "-s",
                  "-o",
                  "/dev/null",
                  "-w",
                  "%{http_code}",
                  server.url() + "/no/SHA256SUMS")
              .out());
    }
  }

  /** Each digest is known at once: the stack must not grow with the number of entries. */
  @Test
  void aChecksumListOf3000KnownFilesIsComplete() throws Exception {
    int count = 3000;
    for (int i = 0; i < count; i++) {
      Files.writeString(root.resolve("file-" + i), "");
    }
    try (RunningServer server = serving("digests: on-request\nrevalidate: 60s\n")) {
      String first = Programs.run("curl", "-sSf", server.url() + "/SHA256SUMS").out();
      assertEquals(count, first.lines().count());
      for (int i = 0; i < 3; i++) {
        Programs.Result again = Programs.run("curl", "-sSf", server.url() + "/SHA256SUMS");
        assertEquals(0, again.exitCode(), again.err());
        assertEquals(first, again.out());
      }
      assertEquals("0.0", server.metric("millrace_request_failures_total"));
    }
  }

  /** sha256sum reads a hyphen as standard input; it escapes backslashes and line ends. */
  @Test
  void theToolsAcceptChecksumsOfNamesThatAreSpecialToThem() throws Exception {
    Map<String, String> targets =
        Map.of(
            "-", "-", "-c", "-c", "\\", "%5C", "\n", "%0A", "a\rb", "a%0Db", "\\n", "%5Cn", "# x",
            "%23%20x", " ", "%20");
    for (String name : targets.keySet()) {
      write(name, name.hashCode() & 0xfff);
    }
    try (RunningServer server = serving("")) {
      Path sums = aside.resolve("SHA256SUMS");
      byte[] all = Answered.get(server, 200, "/SHA256SUMS").body();
      Programs.Result check = check("sha256sum", Files.write(sums, all));
      assertEquals(0, check.exitCode(), check.out() + check.err());
      assertEquals(targets.size(), check.out().split(": OK\n", -1).length - 1, check.out());
      for (String target : targets.values()) {
        byte[] one = Answered.get(server, 200, "/" + target + ".sha512").body();
        check = check("sha512sum", Files.write(sums, one));
        assertEquals(0, check.exitCode(), target + check.out() + check.err());
        assertTrue(check.out().endsWith(": OK\n"), check.out());
      }
    }
  }

  @Test
  void concurrentRequestsForAFilesDigestShareOnePass() throws Exception {
    // Hashing runs at the lowest priority: a busy two-core machine leaves it 1 % of a CPU.
    long size = 512L << 20;
    try (RandomAccessFile file = new RandomAccessFile(root.resolve("large").toFile(), "rw")) {
      file.setLength(size);
    }
    try (RunningServer server = serving("digests: on-request\n")) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        clients.add(new RawClient(server.address()));
      }
      for (RawClient client : clients) {
        client.request("HEAD", "/large", "Want-Repr-Digest: sha-256=1");
      }
      for (RawClient client : clients) {
        // sha256sum of 512 MiB of zeros
        assertEquals(
            "sha-256=:"
                + Base64.getEncoder()
                    .encodeToString(
                        HexFormat.of()
                            .parseHex(
                                "9acca8e8c22201155389f65abbf6bc9723edc7384ead80503839f49dcc56d767"))
                + ":",
            client.head().field("repr-digest"));
        client.close();
      }
      assertEquals(
          size, (long) Double.parseDouble(server.metric("millrace_digest_read_bytes_total")));
      assertEquals("1.0", server.metric("millrace_digest_computed_total"));
      assertEquals("199.0", server.metric("millrace_digest_coalesced_total"));
    }
  }

  @Test
  void digestsSurviveARestartAndADamagedIndexIsMovedAside() throws Exception {
    byte[] bytes = write("f", 70_000);
    Path state = aside.resolve("state");
    String settings = "digests: on-request\nstate: " + state + "\n";
    String want = "Want-Repr-Digest: sha-256=1";
    String digest = field("sha-256", "SHA-256", bytes);
    try (RunningServer server = serving(settings)) {
      assertEquals(digest, get(server, 200, "/f", want).field("repr-digest"));
    }
    try (RunningServer server = serving(settings)) {
      assertEquals("1.0", server.metric("millrace_digest_index_files"));
      assertEquals(digest, get(server, 200, "/f", want).field("repr-digest"));
      assertEquals("0.0", server.metric("millrace_digest_read_bytes_total"));
      byte[] other = write("f", 70_001);
      assertEquals(
          field("sha-256", "SHA-256", other), get(server, 200, "/f", want).field("repr-digest"));
    }
    try (RandomAccessFile database =
        new RandomAccessFile(state.resolve("digests.db").toFile(), "rw")) {
      database.seek(40);
      database.write(new byte[3000]);
    }
    try (LogLines log = new LogLines("dev.millrace.digest");
        RunningServer server = serving(settings)) {
      assertTrue(Files.exists(state.resolve("digests.db.damaged")));
      assertFalse(get(server, 200, "/f", want).field("repr-digest").isEmpty());
      assertNotEquals("0.0", server.metric("millrace_digest_read_bytes_total"));
      assertEquals(1, log.with("renamed to " + state.resolve("digests.db.damaged")), "logged once");
    }
    Files.delete(state.resolve("digests.db"));
    Files.writeString(state.resolve("digests.db"), "somebody's notes, not a database");
    try (RunningServer server = serving(settings)) {
      get(server, 200, "/f");
      assertEquals(
          "somebody's notes, not a database",
          Files.readString(state.resolve("digests.db.damaged.1")));
    }
  }

  @Test
  void digestsOffComputesNoDigest() throws Exception {
    write("f", 10);
    try (RunningServer server = serving("digests: off\n")) {
      assertEquals("", get(server, 200, "/f", "Want-Repr-Digest: sha-256=1").field("repr-digest"));
      assertEquals("0.0", server.metric("millrace_digest_read_bytes_total"));
      get(server, 404, "/f.sha256");
    }
  }
}
