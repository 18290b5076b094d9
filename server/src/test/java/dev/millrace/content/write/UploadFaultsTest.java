package dev.millrace.content.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Answered;
import dev.millrace.server.Http2Client;
import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Served;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Uploads to file systems that fail, and from a server with few permissions. */
class UploadFaultsTest {
  private static final String RULE =
      "write: [{path: /in, allow: [create, replace, delete], anyone: on}]\n";

  @TempDir Path root;

  private static void run(String... command) throws Exception {
    Programs.Result result = Programs.run(command);
    assertEquals(0, result.exitCode(), result.err());
  }

  private static Answered put(InetSocketAddress address, String target, int bytes)
      throws Exception {
    return Answered.raw(
        address,
        "PUT "
            + target
            + " HTTP/1.1\r\nHost: test\r\nContent-Length: "
            + bytes
            + "\r\n\r\n"
            + "x".repeat(bytes));
  }

  private List<String> names() throws Exception {
    try (Stream<Path> all = Files.walk(root.resolve("in"))) {
      return all.filter(Files::isRegularFile)
          .map(path -> path.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  /** A file system of 1 MiB, or of ten inodes. */
  @ParameterizedTest
  @CsvSource({"URING, size=1m", "NIO, size=1m", "URING, 'size=1m,nr_inodes=10'"})
  void withoutRoomTheOldFileStays(Via via, String options) throws Exception {
    Path in = Files.createDirectory(root.resolve("in"));
    run("mount", "-t", "tmpfs", "-o", options, "tmpfs", in.toString());
    try (RunningServer server = RunningServer.start(root, via, RULE + "upload-min-free: 1\n")) {
      assertEquals(201, put(server.address(), "/in/old", 500_000).status());
      String before = Programs.run("sha256sum", in.resolve("old").toString()).out();
      int stored = 0;
      boolean full = false;
      for (int i = 0; i < 20 && !full; i++) { // announced lengths
        int status = put(server.address(), "/in/f" + i, 60_000).status();
        assertTrue(status == 201 || status == 507, "" + status);
        full = status == 507;
        stored += full ? 0 : 1;
      }
      assertTrue(full, "never full");
      assertEquals(507, put(server.address(), "/in/old", 600_000).status());
      try (RawClient client = new RawClient(server.address())) { // a length that is not announced
        client.send("PUT /in/old HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 12; i++) {
          client.send("10000\r\n" + "y".repeat(1 << 16) + "\r\n");
        }
        client.send("0\r\n\r\n");
        assertEquals(507, client.head().status());
      }
      assertEquals(before, Programs.run("sha256sum", in.resolve("old").toString()).out());
      assertEquals(stored + 1, names().size());
      assertEquals(204, Answered.to(server, "DELETE", "/in/f0").status());
      assertEquals(201, put(server.address(), "/in/f0", 50_000).status());
      assertTrue(
          Double.parseDouble(server.metric("millrace_writes_total{outcome=\"no_room\"}")) >= 3);
    } finally {
      run("umount", in.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"URING", "NIO"})
  void aReadOnlyFileSystemIsNamed(Via via) throws Exception {
    Path in = Files.createDirectory(root.resolve("in"));
    run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", in.toString());
    try (RunningServer server = RunningServer.start(root, via, RULE)) {
      Answered refused = put(server.address(), "/in/f", 10);
      assertEquals(403, refused.status(), refused.text());
      assertTrue(refused.text().contains("permission"), refused.text());
      assertEquals(404, Answered.to(server, "DELETE", "/in/f").status());
    } finally {
      run("umount", in.toString());
    }
  }

  @Test
  void aSlowClientIsEnded() throws Exception {
    Files.createDirectory(root.resolve("in"));
    String yaml = RULE + "upload-min-rate: 1MiB\n";
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml);
        RawClient client = new RawClient(server.address())) {
      client.send("PUT /in/f HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\nslow");
      RawClient.Head head = client.head();
      assertEquals(408, head.status());
      assertTrue(client.body(head).length > 0);
      assertTrue(client.atEnd());
      server.await("millrace_writes_total{outcome=\"aborted\"}", 1);
      assertEquals(List.of(), names());
    }
  }

  /** Checking a password takes so long that the client may have gone before its upload starts. */
  @ParameterizedTest
  @CsvSource({"URING", "NIO", "HTTP2_URING", "HTTP2_NIO"})
  void aClientThatLeavesDuringItsPasswordCheckIsForgotten(Via via) throws Exception {
    Files.createDirectory(root.resolve("in"));
    Path passwords = root.resolve("passwords");
    int users = 6;
    Files.writeString(passwords, "");
    for (int i = 0; i < users; i++) { // a check of its own for each: a successful one is cached
      run("htpasswd", "-b", "-B", "-C", "13", passwords.toString(), "u" + i, "p");
    }
    String yaml =
        "write: [{path: /in, allow: [create, replace], basic: " + passwords + "}]\nuploads: 2\n";
    try (RunningServer server = RunningServer.start(root, via, yaml)) {
      for (int i = 1; i < users; i++) {
        try (RawClient client = new RawClient(server.address())) {
          String user = Base64.getEncoder().encodeToString(("u" + i + ":p").getBytes());
          client.send(
              "PUT /in/f HTTP/1.1\r\nHost: test\r\nAuthorization: Basic "
                  + user
                  + "\r\nContent-Length: 100000\r\n\r\n");
          server.await("http_server_active_requests", 1);
          client.reset();
        }
      }
      server.await("http_server_active_requests", 0);
      server.await("millrace_pool_queue_depth{pool=\"worker\"}", 0);
      String user = "Authorization: Basic " + Base64.getEncoder().encodeToString("u0:p".getBytes());
      for (int i = 0; i < 2; i++) {
        assertEquals(
            i == 0 ? 201 : 204,
            Answered.to(server, "PUT", "/in/f", user, "Content-Length: 0").status());
      }
      server.await("millrace_uploads_active", 0);
      server.await("millrace_request_failures_total", 0);
    }
  }

  /**
   * With and without a length: a stream that is reset, or whose connection ends, stores nothing.
   */
  @ParameterizedTest
  @CsvSource({"HTTP2_URING", "HTTP2_NIO"})
  void aStreamThatIsResetChangesNothing(Via via) throws Exception {
    Path in = Files.createDirectory(root.resolve("in"));
    Files.writeString(in.resolve("old"), "old");
    Random random = new Random(1);
    try (RunningServer server = RunningServer.start(root, via, RULE)) {
      for (int i = 0; i < 80; i++) {
        List<String> fields =
            new ArrayList<>(
                List.of(
                    ":method",
                    "PUT",
                    ":scheme",
                    "http",
                    ":authority",
                    "test",
                    ":path",
                    i % 2 == 0 ? "/in/old" : "/in/new"));
        if (i % 4 < 2) {
          fields.addAll(List.of("content-length", i % 8 < 4 ? "60000" : "1000000"));
        }
        try (Http2Client client = Http2Client.open(server.plainAddress())) {
          client.longHeaders(1, 0, fields.toArray(String[]::new));
          client.data(1, 0, new byte[random.nextInt(16_000)]);
          if (i % 3 == 0) {
            client.reset(1, Http2Client.CANCEL);
            client.sync();
          }
        }
      }
      server.await("http_server_active_requests", 0);
      server.await("millrace_uploads_active", 0);
      assertEquals(List.of("old"), names());
      assertEquals("old", Files.readString(in.resolve("old")));
      server.await("millrace_request_failures_total", 0);
    }
  }

  /** Without a length, a client that sends no body would replace a file by an empty one. */
  @Test
  void aLengthIsRequired() throws Exception {
    Path in = Files.createDirectory(root.resolve("in"));
    Files.writeString(in.resolve("f"), "old");
    try (RunningServer server = RunningServer.start(root, Via.URING, RULE)) {
      assertEquals(411, Answered.to(server, "PUT", "/in/f").status());
      assertEquals(411, Answered.raw(server.address(), "PUT /in/f HTTP/1.0\r\n\r\n").status());
      assertEquals("old", Files.readString(in.resolve("f")));
      assertEquals(204, Answered.to(server, "PUT", "/in/f", "Content-Length: 0").status());
      assertEquals("", Files.readString(in.resolve("f")));
    }
  }

  @Test
  void aPreflightRequestNamesTheMethodsOfThePath() throws Exception {
    Files.createDirectory(root.resolve("in"));
    String cors = "cors: [{match: /**, origins: ['https://a.test'], headers: [Repr-Digest]}]\n";
    try (RunningServer server = RunningServer.start(root, Via.URING, RULE + cors)) {
      String[] preflight = {"Origin: https://a.test", "Access-Control-Request-Method: PUT"};
      assertEquals(
          "GET, HEAD, OPTIONS, PUT, DELETE",
          Answered.to(server, "OPTIONS", "/in/f", preflight).field("access-control-allow-methods"));
      assertEquals(
          "GET, HEAD, OPTIONS",
          Answered.to(server, "OPTIONS", "/f", preflight).field("access-control-allow-methods"));
    }
  }

  /** With Landlock, the server may change the roots of mounts with a rule, and nothing else. */
  @Test
  void aConfinedServerWrites() throws Exception {
    Files.createDirectory(root.resolve("in"));
    Path config = Files.writeString(root.resolve("millrace.yaml"), "landlock: on\n" + RULE);
    try (Served served =
        Served.start(List.of(), "--transport=uring", "--config=" + config, root.toString())) {
      InetSocketAddress address = new InetSocketAddress("127.0.0.1", served.port());
      assertEquals(201, put(address, "/in/f", 10).status());
      assertEquals(204, put(address, "/in/f", 100_000).status());
      assertEquals(100_000, Files.size(root.resolve("in/f")));
      assertEquals(
          204, Answered.raw(address, "DELETE /in/f HTTP/1.1\r\nHost: test\r\n\r\n").status());
    }
  }
}
