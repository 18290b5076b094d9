package dev.millrace.content.write;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.millrace.digest.Algorithm;
import dev.millrace.server.Answered;
import dev.millrace.server.Await;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Uploads that continue, by the draft of the IETF and by tus. */
class ResumableUploadsTest {
  private static final String RULE =
      "write: [{path: /in, allow: [create, replace, delete], anyone: on}]\n";

  private static final String DRAFT = "Content-Type: application/partial-upload";
  private static final String TUS = "Tus-Resumable: 1.0.0";
  private static final String TUS_BODY = "Content-Type: application/offset+octet-stream";

  @TempDir Path root;

  private RunningServer serving(Via via, String yaml) throws Exception {
    Files.createDirectories(root.resolve("in"));
    return RunningServer.start(root, via, yaml);
  }

  private static Answered send(
      RunningServer server, String method, String target, String body, String... fields)
      throws Exception {
    List<String> all = new ArrayList<>(List.of(fields));
    all.add("Content-Length: " + body.length());
    return Answered.raw(
        server.address(),
        method
            + " "
            + target
            + " HTTP/1.1\r\nHost: test\r\n"
            + String.join("\r\n", all)
            + "\r\n\r\n"
            + body);
  }

  private static Answered patch(
      RunningServer server, String location, long offset, boolean ends, String body, String... more)
      throws Exception {
    List<String> fields = new ArrayList<>(List.of(more));
    fields.add(DRAFT);
    fields.add("Upload-Offset: " + offset);
    fields.add("Upload-Complete: " + (ends ? "?1" : "?0"));
    return send(server, "PATCH", location, body, fields.toArray(String[]::new));
  }

  private static Answered expect(int status, Answered response) {
    assertEquals(status, response.status(), response.head() + response.text());
    return response;
  }

  private static String created(RunningServer server, String... fields) throws Exception {
    List<String> all = new ArrayList<>(List.of(fields));
    all.add("Upload-Complete: ?0");
    return expect(201, send(server, "PUT", "/in/f", "", all.toArray(String[]::new)))
        .field("location");
  }

  private static String repr(String content) {
    return "Repr-Digest: sha-256=:" + base64(Algorithm.SHA_256, content) + ":";
  }

  private static String base64(Algorithm algorithm, String text) {
    return Base64.getEncoder()
        .encodeToString(algorithm.start().digest(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static String random(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(length).nextBytes(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private byte[] stored(String name) throws Exception {
    return Files.readAllBytes(root.resolve("in").resolve(name));
  }

  private List<String> staged() throws Exception {
    Path area = root.resolve("in/.millrace-uploads");
    if (!Files.exists(area)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(area)) {
      return all.map(path -> path.getFileName().toString().replaceFirst(".*\\.", "."))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptedUploadContinues(Via via) throws Exception {
    String content = random(120_000);
    byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
    try (RunningServer server = serving(via, RULE)) {
      String location;
      try (RawClient client = new RawClient(server.address())) {
        client.send(
            "PUT /in/f HTTP/1.1\r\nHost: test\r\nUpload-Complete: ?1\r\n"
                + "Upload-Draft-Interop-Version: 8\r\nContent-Length: 120000\r\n"
                + repr(content)
                + "\r\n\r\n");
        RawClient.Head interim = client.head();
        assertEquals(104, interim.status());
        assertEquals("8", interim.field("upload-draft-interop-version"));
        assertTrue(interim.field("upload-limit").startsWith("max-size="));
        location = interim.field("location");
        client.send(content.substring(0, 50_000));
      }
      long offset = -1;
      for (int i = 0; i < 3; i++) {
        Answered state = expect(204, Answered.to(server, "HEAD", location));
        assertEquals("?0", state.field("upload-complete"));
        assertEquals("120000", state.field("upload-length"));
        assertEquals("no-store", state.field("cache-control"));
        long now = Long.parseLong(state.field("upload-offset"));
        assertTrue(offset < 0 || now == offset, "one request has ended, and no other writes");
        assertTrue(now <= 50_000);
        offset = now;
      }
      Answered.get(server, 404, "/in/f");
      Answered.get(server, 404, location);
      String rest = content.substring((int) offset);
      Answered part =
          expect(204, patch(server, location, offset, false, rest.substring(0, 60_000)));
      assertEquals("?0", part.field("upload-complete"));
      assertEquals("" + (offset + 60_000), part.field("upload-offset"));
      Answered last =
          expect(201, patch(server, location, offset + 60_000, true, rest.substring(60_000)));
      assertEquals("?1", last.field("upload-complete"));
      assertEquals(repr(content), "Repr-Digest: " + last.field("repr-digest"));
      assertArrayEquals(bytes, stored("f"));
      assertEquals(last.field("etag"), Answered.get(server, 200, "/in/f").field("etag"));
      Answered done = expect(204, Answered.to(server, "HEAD", location));
      assertEquals("?1", done.field("upload-complete"));
      assertEquals("120000", done.field("upload-offset"));
      Answered again = expect(400, patch(server, location, 120_000, true, ""));
      assertTrue(again.text().contains("#completed-upload"), again.text());
      assertEquals(List.of(".done"), staged());
    }
  }

  @ParameterizedTest
  @EnumSource
  void tusClientsCreateAppendAndRemove(Via via) throws Exception {
    String content = random(100_000);
    String name = Base64.getEncoder().encodeToString("ü f".getBytes(StandardCharsets.UTF_8));
    try (RunningServer server = serving(via, RULE)) {
      Answered options = expect(204, Answered.to(server, "OPTIONS", "/in/"));
      assertEquals("1.0.0", options.field("tus-version"));
      assertEquals("application/partial-upload", options.field("accept-patch"));
      Answered created =
          expect(
              201,
              send(
                  server,
                  "POST",
                  "/in/",
                  "",
                  TUS,
                  "Upload-Length: 100000",
                  "Upload-Metadata: x, filename " + name));
      assertEquals("1.0.0", created.field("tus-resumable"));
      String location = created.field("location");
      assertFalse(created.field("upload-expires").isEmpty());
      String first = content.substring(0, 40_000);
      Answered appended =
          expect(
              204,
              send(
                  server,
                  "PATCH",
                  location,
                  first,
                  TUS,
                  TUS_BODY,
                  "Upload-Offset: 0",
                  "Upload-Checksum: sha1 " + base64(Algorithm.SHA_1, first)));
      assertEquals("40000", appended.field("upload-offset"));
      String second = content.substring(40_000);
      Answered corrupt =
          send(
              server,
              "PATCH",
              location,
              second,
              TUS,
              TUS_BODY,
              "Upload-Offset: 40000",
              "Upload-Checksum: sha256 " + base64(Algorithm.SHA_256, first));
      assertEquals(460, corrupt.status(), corrupt.text());
      Answered state = expect(204, Answered.to(server, "HEAD", location, TUS));
      assertEquals("40000", state.field("upload-offset"), "the corrupt part is not kept");
      assertEquals("100000", state.field("upload-length"));
      Answered ended =
          expect(
              204, send(server, "PATCH", location, second, TUS, TUS_BODY, "Upload-Offset: 40000"));
      assertEquals("100000", ended.field("upload-offset"));
      assertArrayEquals(content.getBytes(StandardCharsets.ISO_8859_1), stored("ü f"));

      String deferred =
          expect(
                  201,
                  send(
                      server,
                      "POST",
                      "/in/deferred",
                      "abc",
                      TUS,
                      TUS_BODY,
                      "Upload-Defer-Length: 1"))
              .field("location");
      expect(
          204,
          send(
              server,
              "PATCH",
              deferred,
              "def",
              TUS,
              TUS_BODY,
              "Upload-Offset: 3",
              "Upload-Length: 6"));
      assertEquals("abcdef", Files.readString(root.resolve("in/deferred")));
      String later =
          expect(201, send(server, "POST", "/in/later", "", TUS, "Upload-Defer-Length: 1"))
              .field("location");
      String[] first3 = {TUS, TUS_BODY, "Upload-Offset: 0", "Upload-Length: 6"};
      expect(204, send(server, "PATCH", later, "abc", first3));
      assertEquals("6", Answered.to(server, "HEAD", later, TUS).field("upload-length"));
      expect(204, send(server, "PATCH", later, "def", TUS, TUS_BODY, "Upload-Offset: 3"));
      assertEquals("abcdef", Files.readString(root.resolve("in/later")));
      expect(201, send(server, "POST", "/in/empty", "", TUS, "Upload-Length: 0"));
      assertEquals("", Files.readString(root.resolve("in/empty")));

      String removed =
          expect(201, send(server, "POST", "/in/r", "", TUS, "Upload-Length: 6")).field("location");
      expect(204, Answered.to(server, "DELETE", removed, TUS));
      expect(404, Answered.to(server, "HEAD", removed, TUS));
      expect(404, send(server, "PATCH", removed, "abc", TUS, TUS_BODY, "Upload-Offset: 0"));
      assertEquals(List.of(".done", ".done", ".done", ".done"), staged());
    }
  }

  @Test
  void offsetsLengthsAndDigestsThatLieAreRefused() throws Exception {
    try (RunningServer server = serving(Via.URING, RULE + "upload-max-size: 1000\n")) {
      String location = created(server, "Upload-Length: 6");
      for (long offset : new long[] {1, 6, 7, 999_999_999_999L}) {
        Answered mismatch = expect(409, patch(server, location, offset, false, "abc"));
        assertEquals("0", mismatch.field("upload-offset"));
        assertTrue(mismatch.text().contains("#mismatching-upload-offset"), mismatch.text());
      }
      String type = "PATCH";
      expect(
          400,
          send(server, type, location, "a", DRAFT, "Upload-Offset: -1", "Upload-Complete: ?0"));
      expect(
          400, send(server, type, location, "a", DRAFT, "Upload-Offset: x", "Upload-Complete: ?0"));
      expect(400, send(server, type, location, "a", DRAFT, "Upload-Complete: ?0"));
      expect(400, send(server, type, location, "a", DRAFT, "Upload-Offset: 0"));
      Answered other =
          expect(415, send(server, type, location, "a", "Upload-Offset: 0", "Upload-Complete: ?0"));
      assertEquals("application/partial-upload", other.field("accept-patch"));
      assertTrue(
          expect(400, patch(server, location, 0, false, "1234567"))
              .text()
              .contains("#inconsistent"));
      assertTrue(
          expect(400, patch(server, location, 0, true, "abc")).text().contains("#inconsistent"));
      expect(400, patch(server, location, 0, false, "abc", "Upload-Length: 7"));
      expect(400, patch(server, location, 0, false, "abc", "Content-Digest: sha-256=:AAAA:"));
      String digest = "Content-Digest: sha-256=:" + base64(Algorithm.SHA_256, "xyz") + ":";
      expect(400, patch(server, location, 0, false, "abc", digest));
      assertEquals("0", Answered.to(server, "HEAD", location).field("upload-offset"));
      expect(204, patch(server, location, 0, false, "xyz", digest));
      expect(413, send(server, "PUT", "/in/g", "", "Upload-Complete: ?0", "Upload-Length: 1001"));
      String open = created(server);
      expect(204, patch(server, open, 0, false, "x".repeat(999)));
      expect(413, patch(server, open, 999, false, "xx"));
      expect(201, patch(server, open, 999, true, "x"));

      String wrong = created(server, repr("right"));
      Answered refused = expect(400, patch(server, wrong, 0, true, "wrong"));
      assertTrue(refused.text().contains("\"computed\""), refused.text());
      expect(404, Answered.to(server, "HEAD", wrong));
      assertEquals("x".repeat(1000), Files.readString(root.resolve("in/f")));

      expect(412, send(server, "POST", "/in/", "", "Tus-Resumable: 0.2.2", "Upload-Length: 1"));
      for (String metadata :
          List.of("", "filename", "filename !", "filename Li4=", "filename YS9i")) {
        expect(
            400,
            send(
                server,
                "POST",
                "/in/",
                "",
                TUS,
                "Upload-Length: 1",
                "Upload-Metadata: " + metadata));
      }
      expect(
          403,
          send(
              server,
              "POST",
              "/in/",
              "",
              TUS,
              "Upload-Length: 1",
              "Upload-Metadata: filename LmE="));
      expect(400, send(server, "POST", "/in/x", "", TUS));
      expect(415, send(server, "POST", "/in/x", "a", TUS, "Upload-Length: 1"));
      expect(405, send(server, "POST", "/in/x", "a"));
      expect(405, send(server, "PATCH", "/in/f", "a", DRAFT));
      expect(404, Answered.to(server, "HEAD", "/in/.millrace-uploads/" + "0".repeat(32)));
      expect(405, send(server, "PUT", "/in/.millrace-uploads/" + "0".repeat(32), "x"));
    }
  }

  @Test
  void preconditionsHoldAtTheBeginningAndAtTheEnd() throws Exception {
    try (RunningServer server = serving(Via.URING, RULE)) {
      String location = created(server, "If-None-Match: *");
      expect(201, send(server, "PUT", "/in/f", "other"));
      expect(412, send(server, "PUT", "/in/f", "", "Upload-Complete: ?0", "If-None-Match: *"));
      expect(412, patch(server, location, 0, true, "abc"));
      assertEquals("other", Files.readString(root.resolve("in/f")));
      assertEquals("0", Answered.to(server, "HEAD", location).field("upload-offset"));
    }
  }

  /** The digest of the parts before is lost with the process, and computed again. */
  @Test
  void anUploadSurvivesARestart() throws Exception {
    String location;
    try (RunningServer server = serving(Via.URING, RULE)) {
      location = created(server, repr("abcdef"));
      expect(204, patch(server, location, 0, false, "abc"));
    }
    try (RunningServer server = serving(Via.NIO, RULE)) {
      assertEquals("3", Answered.to(server, "HEAD", location).field("upload-offset"));
      Answered last =
          expect(
              201,
              patch(
                  server,
                  location,
                  3,
                  true,
                  "def",
                  "X-Checksum-Md5: " + "e80b5017098950fc58aad83c8c14978e"));
      assertEquals(repr("abcdef"), "Repr-Digest: " + last.field("repr-digest"));
      assertEquals("abcdef", Files.readString(root.resolve("in/f")));
    }
  }

  @Test
  void anExpiredUploadIsRemovedAtStart() throws Exception {
    String kept;
    String expired;
    try (RunningServer server = serving(Via.URING, RULE)) {
      kept = created(server);
      expired = created(server);
    }
    Path area = root.resolve("in/.millrace-uploads");
    String token = expired.substring(expired.lastIndexOf('/') + 1);
    FileTime old = FileTime.fromMillis(System.currentTimeMillis() - 25 * 3_600_000L);
    Files.setLastModifiedTime(area.resolve(token + ".part"), old);
    Files.setLastModifiedTime(area.resolve(token + ".info"), old);
    String other = kept.substring(kept.lastIndexOf('/') + 1);
    Files.setLastModifiedTime(area.resolve(other + ".info"), old);
    try (RunningServer server = serving(Via.URING, RULE)) {
      Await.until(() -> !Files.exists(area.resolve(token + ".part")));
      expect(404, Answered.to(server, "HEAD", expired));
      expect(204, Answered.to(server, "HEAD", kept));
      expect(201, patch(server, kept, 0, true, "x"));
    }
  }

  @Test
  void theNumberOfUnfinishedUploadsIsBounded() throws Exception {
    try (RunningServer server = serving(Via.URING, RULE + "uploads-unfinished: 2\n")) {
      String one = created(server);
      created(server);
      Answered refused = expect(503, send(server, "PUT", "/in/f", "", "Upload-Complete: ?0"));
      assertTrue(refused.text().contains("unfinished"), refused.text());
      expect(204, Answered.to(server, "DELETE", one));
      created(server);
      expect(201, send(server, "PUT", "/in/small", "x", "Upload-Complete: ?1"));
    }
  }

  /** A connection that is lost without a sign must not keep its upload from going on. */
  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "HTTP2_URING"})
  void aNewRequestEndsTheOneBefore(Via via) throws Exception {
    try (RunningServer server = serving(via, RULE)) {
      String location = created(server);
      try (RawClient lost = new RawClient(server.address())) {
        lost.send(
            "PATCH "
                + location
                + " HTTP/1.1\r\nHost: test\r\n"
                + DRAFT
                + "\r\nUpload-Offset: 0\r\nUpload-Complete: ?0\r\nContent-Length: 200000\r\n\r\n"
                + "y".repeat(60_000));
        server.await("millrace_uploads_active", 1);
        long offset = Long.parseLong(Answered.to(server, "HEAD", location).field("upload-offset"));
        assertTrue(offset <= 60_000, "" + offset);
        expect(201, patch(server, location, offset, true, "end"));
        assertTrue(Files.readString(root.resolve("in/f")).matches("y*end"));
        assertEquals(offset + 3, Files.size(root.resolve("in/f")));
      }
    }
  }

  @Test
  void anUploadBelongsToItsUser() throws Exception {
    Path users = root.resolve("users");
    Files.writeString(users, "ann:" + hash("a") + "\nbob:" + hash("b") + "\n");
    String yaml = "write: [{path: /in, basic: " + users + "}]\n";
    try (RunningServer server = serving(Via.URING, yaml)) {
      Map<String, String> fields = new HashMap<>();
      for (String name : List.of("ann:a", "bob:b")) {
        fields.put(
            name,
            "Authorization: Basic "
                + Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.US_ASCII)));
      }
      expect(401, send(server, "PUT", "/in/f", "", "Upload-Complete: ?0"));
      String location = created(server, fields.get("ann:a"));
      expect(401, Answered.to(server, "HEAD", location));
      expect(403, Answered.to(server, "HEAD", location, fields.get("bob:b")));
      expect(403, patch(server, location, 0, true, "x", fields.get("bob:b")));
      expect(403, Answered.to(server, "DELETE", location, fields.get("bob:b")));
      expect(201, patch(server, location, 0, true, "x", fields.get("ann:a")));
      expect(403, send(server, "PUT", "/in/f", "", "Upload-Complete: ?0", fields.get("ann:a")));
    }
  }

  private static String hash(String password) {
    return BCrypt.withDefaults().hashToString(4, password.toCharArray());
  }
}
