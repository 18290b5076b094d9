package dev.millrace.content.file;

import static dev.millrace.server.Http2Client.request;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.server.Await;
import dev.millrace.server.Http2Client;
import dev.millrace.server.Http2Client.Response;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Repr-Digest of large files, which HTTP/2 can send after the body. */
class DigestTrailersTest {
  @TempDir Path root;

  private byte[] large(String name) throws Exception {
    byte[] bytes = new byte[9 << 20];
    new SplittableRandom(7).nextBytes(bytes);
    Files.write(root.resolve(name), bytes);
    return bytes;
  }

  private static String sha256(byte[] bytes) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
    return "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":";
  }

  private static String[] wanting(String... others) {
    String[] fields = Arrays.copyOf(others, others.length + 2);
    fields[others.length] = "want-repr-digest";
    fields[others.length + 1] = "sha-256=1";
    return fields;
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aDigestThatIsNotKnownFollowsTheBody(Via via) throws Exception {
    byte[] bytes = large("large");
    try (RunningServer running = RunningServer.start(root, via, "h2c: on\n");
        Http2Client client = Http2Client.open(running.plainAddress())) {
      Response first = client.get(1, "/large", wanting("te", "trailers"));
      assertEquals("Repr-Digest", first.field("trailer"));
      assertEquals("", first.field("repr-digest"));
      assertEquals(Integer.toString(bytes.length), first.field("content-length"));
      assertArrayEquals(bytes, first.body());
      assertEquals(Map.of("repr-digest", sha256(bytes)), first.trailers());

      Response second = client.get(3, "/large", wanting("te", "trailers"));
      assertEquals(sha256(bytes), second.field("repr-digest"));
      assertEquals("", second.field("trailer"));
      assertEquals(Map.of(), second.trailers());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aRangeIsFollowedByTheDigestOfItsFile(Via via) throws Exception {
    byte[] bytes = large("large");
    try (RunningServer running = RunningServer.start(root, via, "h2c: on\n");
        Http2Client client = Http2Client.open(running.plainAddress())) {
      Response part = client.get(1, "/large", wanting("te", "trailers", "range", "bytes=5-9"));
      assertEquals(206, part.status());
      assertArrayEquals(Arrays.copyOfRange(bytes, 5, 10), part.body());
      assertEquals(Map.of("repr-digest", sha256(bytes)), part.trailers());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aClientWithoutTrailersGetsTheDigestInTheHead(Via via) throws Exception {
    byte[] bytes = large("large");
    byte[] other = large("other");
    try (RunningServer running = RunningServer.start(root, via, "h2c: on\n");
        Http2Client client = Http2Client.open(running.plainAddress())) {
      Response response = client.get(1, "/large", wanting());
      assertEquals(sha256(bytes), response.field("repr-digest"));
      assertEquals(Map.of(), response.trailers());
      client.request(3, request("HEAD", "/other", wanting("te", "trailers")));
      Response head = client.response(3);
      assertEquals(sha256(other), head.field("repr-digest"));
      assertEquals("", head.field("trailer"));
    }
  }

  /** The trailer is absent if the digest is not known at the end; it never delays the end. */
  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aDigestThatIsNotRequestedIsNotAwaited(Via via) throws Exception {
    byte[] bytes = large("large");
    try (RunningServer running = RunningServer.start(root, via, "h2c: on\n");
        Http2Client client = Http2Client.open(running.plainAddress())) {
      client.keepsWindows();
      client.request(1, Http2Client.get("/large", "te", "trailers"));
      // The client's windows stay closed until the background hash has ended.
      var _ =
          Await.until(
              () -> Double.parseDouble(running.metric("millrace_digest_computed_total")),
              computed -> computed >= 1);
      client.windowUpdate(0, 1 << 30);
      client.windowUpdate(1, 1 << 30);
      Response response = client.response(1);
      assertEquals("Repr-Digest", response.field("trailer"));
      assertArrayEquals(bytes, response.body());
      assertEquals(Map.of("repr-digest", sha256(bytes)), response.trailers());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void withoutDigestsThereIsNoTrailer(Via via) throws Exception {
    byte[] bytes = large("large");
    try (RunningServer running = RunningServer.start(root, via, "h2c: on\ndigests: off\n");
        Http2Client client = Http2Client.open(running.plainAddress())) {
      Response response = client.get(1, "/large", wanting("te", "trailers"));
      assertEquals("", response.field("trailer"));
      assertArrayEquals(bytes, response.body());
      assertEquals(Map.of(), response.trailers());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aStreamThatIsResetWhileItsDigestIsComputedLeavesNothing(Via via) throws Exception {
    var _ = large("large");
    byte[] other = large("other");
    try (RunningServer running = RunningServer.start(root, via, "h2c: on\n");
        Http2Client client = Http2Client.open(running.plainAddress())) {
      client.request(1, Http2Client.get("/large", wanting("te", "trailers")));
      client.reset(1, Http2Client.CANCEL);
      client.windowUpdate(0, 1 << 20); // what had been sent before used up the connection's window
      client.sync();
      Response response = client.get(3, "/other", wanting("te", "trailers"));
      assertArrayEquals(other, response.body());
    }
  }
}
