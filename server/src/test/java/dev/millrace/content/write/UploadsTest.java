package dev.millrace.content.write;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.digest.Algorithm;
import dev.millrace.server.Answered;
import dev.millrace.server.Await;
import dev.millrace.server.Http2Client;
import dev.millrace.server.Programs;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** PUT and DELETE, over each way to the server. */
class UploadsTest {
  private static final String RULE =
      "write: [{path: /in, allow: [create, replace, delete], anyone: on}]\n";

  @TempDir Path root;

  private RunningServer serving(Via via, String yaml) throws Exception {
    if (!Files.exists(root.resolve("in"))) {
      Files.createDirectory(root.resolve("in"));
    }
    return RunningServer.start(root, via, yaml);
  }

  private static Answered put(RunningServer server, String target, String body, String... fields)
      throws Exception {
    List<String> all = new ArrayList<>(List.of(fields));
    if (all.stream().noneMatch(field -> field.startsWith("Content-Length"))) {
      all.add("Content-Length: " + body.length());
    }
    return Answered.raw(
        server.address(),
        "PUT "
            + target
            + " HTTP/1.1\r\nHost: test\r\n"
            + String.join("\r\n", all)
            + "\r\n\r\n"
            + body);
  }

  private static byte[] digest(Algorithm algorithm, byte[] bytes) {
    return algorithm.start().digest(bytes);
  }

  private static String base64(Algorithm algorithm, String text) {
    return Base64.getEncoder().encodeToString(digest(algorithm, bytes(text)));
  }

  private static String hex(Algorithm algorithm, String text) {
    return HexFormat.of().formatHex(digest(algorithm, bytes(text)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The names below a directory, except those of the directories in which files are staged. */
  private static List<String> names(Path directory) throws Exception {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> !path.equals(directory))
          .map(path -> directory.relativize(path).toString())
          .filter(name -> !name.endsWith(".millrace-uploads"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileIsCreatedReplacedReadAndRemoved(Via via) throws Exception {
    try (RunningServer server = serving(via, RULE)) {
      Answered created = put(server, "/in/f.txt", "one");
      assertEquals(201, created.status());
      assertEquals(
          "sha-256=:" + base64(Algorithm.SHA_256, "one") + ":", created.field("repr-digest"));
      Answered read = Answered.get(server, 200, "/in/f.txt");
      assertEquals("one", read.text());
      assertEquals(created.field("etag"), read.field("etag"));
      assertEquals(created.field("repr-digest"), read.field("repr-digest"));
      Answered replaced = put(server, "/in/f.txt", "second");
      assertEquals(204, replaced.status());
      Answered again = Answered.get(server, 200, "/in/f.txt");
      assertEquals("second", again.text());
      assertEquals(replaced.field("etag"), again.field("etag"));
      assertEquals(
          "rw-r--r--",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("in/f.txt"))));
      assertEquals(List.of("f.txt"), names(root.resolve("in")));
      assertEquals(204, Answered.to(server, "DELETE", "/in/f.txt").status());
      Answered.get(server, 404, "/in/f.txt");
      assertEquals(404, Answered.to(server, "DELETE", "/in/f.txt").status());
      assertEquals(201, put(server, "/in/empty", "").status());
      assertEquals("", Answered.get(server, 200, "/in/empty").text());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBodyWithoutItsDigestIsNotStored(Via via) throws Exception {
    try (RunningServer server = serving(via, RULE)) {
      Files.writeString(root.resolve("in/old"), "old");
      String wrong = "other";
      List<List<String>> fields =
          List.of(
              List.of("400", "Repr-Digest: sha-256=:" + base64(Algorithm.SHA_256, wrong) + ":"),
              List.of("400", "Content-Digest: sha-512=:" + base64(Algorithm.SHA_512, wrong) + ":"),
              List.of("400", "Content-MD5: " + base64(Algorithm.MD5, wrong)),
              List.of("400", "x-amz-checksum-sha256: " + base64(Algorithm.SHA_256, wrong)),
              List.of("409", "X-Checksum-Sha256: " + hex(Algorithm.SHA_256, wrong)),
              List.of("409", "X-Checksum-Sha1: " + hex(Algorithm.SHA_1, wrong)),
              List.of("409", "X-Checksum-Md5: " + hex(Algorithm.MD5, wrong)));
      for (List<String> field : fields) {
        for (String name : List.of("new", "old")) {
          Answered refused = put(server, "/in/" + name, "content", field.get(1));
          assertEquals(field.getFirst(), "" + refused.status(), field.get(1));
          assertEquals("application/problem+json", refused.field("content-type"));
          assertTrue(refused.text().contains("\"computed\":\""), refused.text());
        }
        String right =
            field
                .get(1)
                .replace(base64(Algorithm.SHA_256, wrong), base64(Algorithm.SHA_256, "right"))
                .replace(base64(Algorithm.SHA_512, wrong), base64(Algorithm.SHA_512, "right"))
                .replace(base64(Algorithm.MD5, wrong), base64(Algorithm.MD5, "right"))
                .replace(hex(Algorithm.SHA_256, wrong), hex(Algorithm.SHA_256, "right"))
                .replace(hex(Algorithm.SHA_1, wrong), hex(Algorithm.SHA_1, "right"))
                .replace(hex(Algorithm.MD5, wrong), hex(Algorithm.MD5, "right"));
        assertEquals(201, put(server, "/in/right", "right", right).status(), right);
        Files.delete(root.resolve("in/right"));
      }
      assertEquals(List.of("old"), names(root.resolve("in")));
      assertEquals("old", Files.readString(root.resolve("in/old")));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          400 | Repr-Digest: sha-256=wrong
          400 | Repr-Digest: sha-256=:AAAA:
          400 | X-Checksum-Sha1: xyz
          400 | Content-MD5: AAAA
          201 | Repr-Digest: crc=:AAAA:
          """)
  void malformedDigestsAreRefusedAndUnknownOnesIgnored(int status, String field) throws Exception {
    try (RunningServer server = serving(Via.URING, RULE)) {
      assertEquals(status, put(server, "/in/f", "content", field).status());
      String one = "Repr-Digest: sha-256=:" + base64(Algorithm.SHA_256, "content") + ":";
      String two = "X-Checksum-Sha256: " + hex(Algorithm.SHA_256, "other");
      assertEquals(400, put(server, "/in/g", "content", one, two).status());
      assertFalse(Files.exists(root.resolve("in/g")));
    }
    try (RunningServer server = serving(Via.URING, RULE + "upload-require-digest: on\n")) {
      String weak = "Content-MD5: " + base64(Algorithm.MD5, "content");
      assertEquals(400, put(server, "/in/h", "content", weak).status());
      String strong = "Repr-Digest: sha-512=:" + base64(Algorithm.SHA_512, "content") + ":";
      assertEquals(201, put(server, "/in/h", "content", strong).status());
    }
  }

  @ParameterizedTest
  @EnumSource
  void preconditionsProtectWhatIsThere(Via via) throws Exception {
    try (RunningServer server = serving(via, RULE)) {
      assertEquals(412, put(server, "/in/f", "a", "If-Match: *").status());
      assertEquals(201, put(server, "/in/f", "a", "If-None-Match: *").status());
      assertEquals(412, put(server, "/in/f", "b", "If-None-Match: *").status());
      String tag = Answered.get(server, 200, "/in/f").field("etag");
      assertEquals(412, put(server, "/in/f", "b", "If-Match: \"other\"").status());
      assertEquals(412, put(server, "/in/f", "b", "If-None-Match: " + tag).status());
      assertEquals(204, put(server, "/in/f", "b", "If-Match: " + tag).status());
      assertEquals(412, put(server, "/in/f", "c", "If-Match: " + tag).status());
      String past = "If-Unmodified-Since: Mon, 02 Jan 2006 15:04:05 GMT";
      assertEquals(412, put(server, "/in/f", "c", past).status());
      assertEquals(412, Answered.to(server, "DELETE", "/in/f", "If-Match: " + tag).status());
      assertEquals("b", Files.readString(root.resolve("in/f")));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /in/            | X: y                       | 409
          /in/dir         | X: y                       | 409
          /in/dir/        | X: y                       | 409
          /in/none/f      | X: y                       | 409
          /in/file/f      | X: y                       | 409
          /in/link        | X: y                       | 409
          /in/fifo        | X: y                       | 409
          /in/out/f       | X: y                       | 409
          /in/.hidden     | X: y                       | 403
          /in/.millrace-uploads/f | X: y               | 403
          /in/f           | Content-Range: bytes 0-6/7 | 400
          /in/f           | Content-Encoding: gzip     | 415
          /in/f           | Content-Length: 2000000    | 413
          /in/%00         | X: y                       | 400
          /elsewhere/f    | X: y                       | 405
          /in/%2Ff        | X: y                       | 405
          """)
  void whatCannotBeStoredIsRefused(String target, String field, int status) throws Exception {
    Files.createDirectories(root.resolve("in/dir"));
    Files.createDirectory(root.resolve("elsewhere"));
    Files.writeString(root.resolve("in/file"), "file");
    Files.createSymbolicLink(root.resolve("in/link"), Path.of("file"));
    Files.createSymbolicLink(root.resolve("in/out"), Path.of("/tmp"));
    assertEquals(0, Programs.run("mkfifo", root.resolve("in/fifo").toString()).exitCode());
    List<String> before = names(root);
    for (Via via : List.of(Via.URING, Via.NIO)) {
      try (RunningServer server = serving(via, RULE + "upload-max-size: 1MiB\n")) {
        Answered refused = put(server, target, "content", field);
        assertEquals(status, refused.status(), refused.text());
        if (status == 405) {
          assertEquals("GET, HEAD, OPTIONS", refused.field("allow"));
        }
        String long256 = "/in/" + "n".repeat(256);
        assertEquals(400, put(server, long256, "content").status());
      }
      assertEquals(before, names(root));
      assertEquals("file", Files.readString(root.resolve("in/file")));
    }
  }

  @Test
  void rightsAreThoseOfTheLongestPrefix() throws Exception {
    Path tokens = Files.writeString(root.resolve("tokens"), "secret\n");
    String yaml =
        """
        write:
          - {path: /in, bearer: %s}
          - {path: /in/open, allow: [create, replace], anyone: on}
        """
            .formatted(tokens);
    Files.createDirectories(root.resolve("in/open"));
    try (RunningServer server = serving(Via.URING, yaml)) {
      assertEquals(401, put(server, "/in/f", "x").status());
      String token = "Authorization: Bearer secret";
      assertEquals(201, put(server, "/in/f", "x", token).status());
      assertEquals(403, put(server, "/in/f", "y", token).status());
      assertEquals(403, Answered.to(server, "DELETE", "/in/f", token).status());
      assertEquals(201, put(server, "/in/open/f", "x").status());
      assertEquals(204, put(server, "/in/open/f", "y").status());
      Answered options = Answered.to(server, "OPTIONS", "/in/open/f");
      assertEquals("GET, HEAD, OPTIONS, PUT", options.field("allow"));
      assertEquals("x", Answered.get(server, 200, "/in/f").text());
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofTwoThatCreateOneFileOneSucceeds(Via via) throws Exception {
    try (RunningServer server = serving(via, RULE)) {
      for (int round = 0; round < 20; round++) {
        String target = "/in/f" + round;
        CyclicBarrier both = new CyclicBarrier(2);
        List<FutureTask<Integer>> racers = new ArrayList<>();
        for (String body : List.of("first", "other")) {
          FutureTask<Integer> racer =
              new FutureTask<>(() -> {
                both.await();
                return put(server, target, body, "If-None-Match: *").status();
              });
          racers.add(racer);
          var _ = Thread.ofPlatform().start(racer);
        }
        int one = racers.getFirst().get();
        int two = racers.getLast().get();
        assertEquals(201 + 412, one + two, one + " and " + two);
        assertEquals(
            one == 201 ? "first" : "other", Files.readString(root.resolve("in/f" + round)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLargeBodyIsStoredUnchanged(Via via) throws Exception {
    byte[] content = new byte[20_000_000];
    new SplittableRandom(1).nextBytes(content);
    Path file = Files.write(root.resolve("content"), content);
    try (RunningServer server = serving(via, RULE)) {
      List<String> curl =
          new ArrayList<>(List.of("curl", "-sk", "-w", "%{http_code}", "-o", "/dev/null"));
      if (via.isHttp2()) {
        curl.add("--http2-prior-knowledge");
      }
      for (String field : List.of("X: y", "Transfer-Encoding: chunked")) {
        String sum = Programs.run("sha256sum", file.toString()).out().substring(0, 64);
        List<String> command = new ArrayList<>(curl);
        command.addAll(
            List.of("-H", field, "-H", "X-Checksum-Sha256: " + sum, "-T", file.toString()));
        command.add(server.url() + "/in/large");
        String code = Programs.run(command.toArray(String[]::new)).out();
        assertTrue(code.equals("201") || code.equals("204"), code);
        assertArrayEquals(content, Files.readAllBytes(root.resolve("in/large")));
      }
      assertEquals(List.of("large"), names(root.resolve("in")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDigestInATrailerCountsToo(Via via) throws Exception {
    try (RunningServer server = serving(via, RULE)) {
      for (boolean right : new boolean[] {true, false}) {
        String digest = "sha-512=:" + base64(Algorithm.SHA_512, right ? "content" : "other") + ":";
        int status;
        if (via.isHttp2()) {
          status = putOverHttp2(server, digest);
        } else {
          String chunked =
              "Host: test\r\nTransfer-Encoding: chunked\r\nTrailer: Repr-Digest\r\n\r\n"
                  + "7\r\ncontent\r\n0\r\nRepr-Digest: "
                  + digest
                  + "\r\nOther: x\r\n\r\n";
          status = Answered.raw(server.address(), "PUT /in/f HTTP/1.1\r\n" + chunked).status();
        }
        assertEquals(right ? 201 : 400, status);
      }
    }
  }

  private static int putOverHttp2(RunningServer server, String digest) throws Exception {
    try (Http2Client client = Http2Client.open(server.plainAddress())) {
      client.longHeaders(
          1,
          0,
          ":method",
          "PUT",
          ":scheme",
          "http",
          ":path",
          "/in/f",
          ":authority",
          "test",
          "trailer",
          "repr-digest");
      client.data(1, 0, bytes("content"));
      client.longHeaders(1, Http2Client.END_STREAM, "repr-digest", digest);
      return client.response(1).status();
    }
  }

  /** A connection that ends within the body leaves the old file, and nothing else. */
  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "TLS_URING"})
  void aTruncatedBodyChangesNothing(Via via) throws Exception {
    byte[] content = new byte[300_000];
    new SplittableRandom(2).nextBytes(content);
    String body = new String(content, StandardCharsets.ISO_8859_1);
    Random random = new Random(3);
    try (RunningServer server = serving(via, RULE + "uploads: 1000\nuploads-per-client: 1000\n")) {
      Files.writeString(root.resolve("in/old"), "old");
      for (int i = 0; i < 100; i++) {
        try (RawClient client = new RawClient(server.address())) {
          String name = i % 2 == 0 ? "old" : "new";
          String head = "PUT /in/" + name + " HTTP/1.1\r\nHost: test\r\n";
          if (i % 3 == 0) {
            client.send(head + "Transfer-Encoding: chunked\r\n\r\n493e0\r\n");
          } else {
            client.send(head + "Content-Length: 300000\r\n\r\n");
          }
          client.send(body.substring(0, random.nextInt(300_000)));
        }
      }
      server.await("millrace_uploads_active", 0);
      assertEquals(List.of("old"), names(root.resolve("in")));
      assertEquals("old", Files.readString(root.resolve("in/old")));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aBodyIsRequestedOnlyIfItCanBeStored(Via via) throws Exception {
    try (RunningServer server = serving(via, RULE);
        RawClient client = new RawClient(server.address())) {
      client.send(
          "PUT /in/f HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
      assertEquals(100, client.head().status());
      client.send("one");
      assertEquals(201, client.head().status());
      client.send(
          "PUT /in/f HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
              + "If-None-Match: *\r\nContent-Length: 3\r\n\r\n");
      RawClient.Head head = client.head();
      assertEquals(412, head.status());
      assertTrue(client.body(head).length > 0);
      assertTrue(client.atEnd());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "TLS_URING"})
  void aReaderOfTheOldFileReadsItToItsEnd(Via via) throws Exception {
    byte[] old = new byte[5_000_000];
    new SplittableRandom(4).nextBytes(old);
    try (RunningServer server = serving(via, RULE)) {
      Files.write(root.resolve("in/f"), old);
      try (RawClient reader = new RawClient(server.address())) {
        reader.get("/in/f");
        RawClient.Head head = reader.head();
        assertEquals(204, put(server, "/in/f", "new").status());
        assertArrayEquals(old, reader.body(head));
      }
      assertEquals("new", Answered.get(server, 200, "/in/f").text());
    }
  }

  @Test
  void uploadsBeyondTheLimitsAreRefused() throws Exception {
    String yaml = RULE + "uploads: 3\nuploads-per-client: 2\n";
    try (RunningServer server = serving(Via.URING, yaml);
        RawClient one = new RawClient(server.address());
        RawClient two = new RawClient(server.address())) {
      for (RawClient client : List.of(one, two)) {
        client.send("PUT /in/f HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\no");
      }
      server.await("millrace_uploads_active", 2);
      Answered refused = put(server, "/in/g", "x");
      assertEquals(503, refused.status());
      assertEquals("1", refused.field("retry-after"));
      for (RawClient client : List.of(one, two)) {
        client.send("ne");
        int status = client.head().status();
        assertTrue(status == 201 || status == 204, "" + status);
      }
      assertEquals(201, put(server, "/in/g", "x").status());
    }
  }

  @Test
  void missingParentsAreCreatedIfConfigured() throws Exception {
    try (RunningServer server = serving(Via.URING, RULE + "upload-parents: on\n")) {
      assertEquals(201, put(server, "/in/a/b/c/f", "x").status());
      assertEquals("x", Answered.get(server, 200, "/in/a/b/c/f").text());
      assertEquals(409, put(server, "/in/a/b/c/f/g", "x").status());
    }
  }

  /** Files of a writer that no longer runs are removed, and only those. */
  @Test
  void whatAKilledServerLeftIsRemovedAtStart() throws Exception {
    Path staging = Files.createDirectories(root.resolve("in/.millrace-uploads"));
    Files.writeString(staging.resolve("left"), "half");
    Path locked = Files.writeString(staging.resolve("locked"), "half");
    Process holder =
        new ProcessBuilder("flock", locked.toString(), "sh", "-c", "echo locked; cat")
            .redirectErrorStream(true)
            .start();
    try (var out = holder.inputReader()) {
      assertEquals("locked", out.readLine());
      try (RunningServer _ = serving(Via.URING, RULE)) {
        Await.until(() -> !Files.exists(staging.resolve("left")));
      }
      assertTrue(Files.exists(locked)); // the sweep has ended with the server
    } finally {
      holder.destroy();
    }
  }

  @Test
  void aCodedBodyIsAVariantIfThatIsConfigured() throws Exception {
    String gzip = "Content-Encoding: gzip";
    try (RunningServer server = serving(Via.URING, RULE)) {
      assertEquals(415, put(server, "/in/a.html", "coded", gzip).status());
    }
    try (RunningServer server = serving(Via.URING, RULE + "upload-variants: on\n")) {
      assertEquals(201, put(server, "/in/a.html", "plain").status());
      assertEquals(201, put(server, "/in/a.html", "coded", gzip).status());
      assertEquals(415, put(server, "/in/a.html", "coded", "Content-Encoding: x").status());
      assertEquals(List.of("a.html", "a.html.gz"), names(root.resolve("in")));
      assertEquals(
          "coded", Answered.get(server, 200, "/in/a.html", "Accept-Encoding: gzip").text());
      assertEquals("plain", Answered.get(server, 200, "/in/a.html").text());
    }
  }
}
