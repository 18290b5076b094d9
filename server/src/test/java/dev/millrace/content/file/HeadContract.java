package dev.millrace.content.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Answered;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * HEAD responses have the fields of GET responses (RFC 9110 §9.3.2), for files and generated
 * content, on both transports.
 */
abstract class HeadContract {
  private static final String YAML =
      """
      listing: on
      digests: on-request
      fallback: ['{path}.html']
      errors: {403: /denied.html}
      checksum-headers: sha256
      cache: [{match: '*.txt', control: 'max-age=60'}]
      cors: [{match: '*.txt', origins: ['https://app.example.org']}]
      auth: [{path: /private/, bearer: %s}]
      max-target: 1KiB
      """;

  /** A request without its method, and the expected status for GET and HEAD. */
  private record Case(int status, String target, List<String> fields) {}

  @TempDir Path root;
  @TempDir Path aside;

  abstract Via transport();

  private static Case of(int status, String target, String... fields) {
    return new Case(status, target, List.of(fields));
  }

  private void files() throws Exception {
    Files.writeString(root.resolve("f.txt"), "some text");
    Files.writeString(root.resolve("page.html"), "<p>page");
    Files.writeString(root.resolve("page.html.gz"), "not really gzip");
    Files.write(root.resolve("large.bin"), new byte[3 << 20]);
    Files.createFile(root.resolve("empty"));
    Files.writeString(
        Files.createDirectory(root.resolve("with-index")).resolve("index.html"), "index");
    Files.createDirectory(root.resolve("none"));
    Files.writeString(Files.createDirectory(root.resolve("private")).resolve("f"), "private");
  }

  private static List<Case> cases(String tag) {
    String want = "Want-Repr-Digest: sha-256=1";
    return List.of(
        of(200, "/f.txt"),
        of(200, "/f.txt", want),
        of(200, "/f.txt", "Origin: https://app.example.org"),
        of(200, "/large.bin"),
        of(200, "/empty"),
        of(200, "/page.html", "Accept-Encoding: gzip"),
        of(200, "/page"),
        of(200, "/with-index/"),
        of(200, "/"),
        of(200, "/", "Accept: application/json"),
        of(200, "/none/"),
        of(200, "/none/?format=json"),
        of(200, "/SHA256SUMS"),
        of(200, "/SHA256SUMS.json"),
        of(200, "/f.txt.sha256"),
        of(200, "/f.txt.sha512"),
        of(200, "/f.txt.sha1"),
        of(200, "/f.txt.md5"),
        of(301, "/none"),
        of(304, "/f.txt", "If-None-Match: " + tag),
        of(400, "/%zz"),
        of(400, "/f.txt", "Host: twice"),
        of(401, "/private/f"),
        of(404, "/missing"),
        of(404, "/f.txt/SHA256SUMS"),
        of(404, "/f.txt/below"),
        of(412, "/f.txt", "If-Match: \"other\""),
        of(414, "/" + "x".repeat(2000)),
        of(431, "/f.txt", "X: " + "y".repeat(40_000)));
  }

  private static Map<String, String> fields(Answered response) {
    Map<String, String> fields = new TreeMap<>(response.head().fields());
    assertTrue(fields.remove("date") != null, response.head().toString());
    return fields;
  }

  private void serving(Script script) throws Exception {
    files();
    Path tokens = Files.writeString(aside.resolve("tokens"), "secret\n");
    try (RunningServer server = RunningServer.start(root, transport(), YAML.formatted(tokens))) {
      script.run(server);
    }
  }

  private interface Script {
    void run(RunningServer server) throws Exception;
  }

  @Test
  void headHasTheFieldsOfGet() throws Exception {
    serving(server -> {
      String tag = Answered.get(server, 200, "/f.txt").field("etag");
      List<String> different = new ArrayList<>();
      List<String> versions =
          transport().isHttp2() ? List.of("HTTP/1.1") : List.of("HTTP/1.1", "HTTP/1.0");
      for (String version : versions) {
        for (Case one : cases(tag)) {
          if (transport().isHttp2() && one.fields().contains("Host: twice")) {
            continue; // malformed there: the stream is reset
          }
          String rest = " " + one.target() + " " + version + "\r\nHost: test\r\n";
          for (String field : one.fields()) {
            rest += field + "\r\n";
          }
          // Twice: the second response of a file comes from the response cache, if there is one.
          for (int i = 0; i < 2; i++) {
            Answered get = Answered.raw(server.address(), "GET" + rest + "\r\n");
            Answered head = Answered.raw(server.address(), "HEAD" + rest + "\r\n");
            assertEquals(one.status(), get.status(), "GET" + rest);
            assertEquals(one.status(), head.status(), "HEAD" + rest);
            if (!fields(get).equals(fields(head))) {
              different.add(rest + "GET  " + fields(get) + "\nHEAD " + fields(head));
            }
          }
        }
      }
      assertEquals(List.of(), different);
    });
  }

  /** RFC 9110 §14.2: HEAD has no ranges. RFC 9530 §2: it has no content to digest. */
  @Test
  void headIgnoresRangesAndHasNoContentDigest() throws Exception {
    serving(server -> {
      Answered whole = Answered.get(server, 200, "/f.txt");
      for (String field :
          List.of("Range: bytes=0-1", "Range: bytes=99-", "Want-Content-Digest: sha-256=1")) {
        Answered head = Answered.to(server, "HEAD", "/f.txt", field);
        assertEquals(200, head.status(), field);
        assertEquals(fields(whole), fields(head), field);
      }
    });
  }

  /** The GET response has a length only because its generated body is empty. */
  @Test
  void headOfAnEmptyChecksumListHasLengthZeroOrNone() throws Exception {
    serving(server -> {
      Answered get = Answered.get(server, 200, "/none/SHA256SUMS");
      Answered head = Answered.to(server, "HEAD", "/none/SHA256SUMS");
      assertEquals("", get.text());
      assertTrue(List.of("", "0").contains(head.field("content-length")), head.toString());
    });
  }

  @Test
  void responsesWithoutABodyHaveNoLengthAndNoTransferEncoding() throws Exception {
    serving(server -> {
      Answered options =
          Answered.to(
              server,
              "OPTIONS",
              "/f.txt",
              "Origin: https://app.example.org",
              "Access-Control-Request-Method: GET");
      String tag = Answered.get(server, 200, "/f.txt").field("etag");
      Answered same = Answered.to(server, "GET", "/f.txt", "If-None-Match: " + tag);
      for (String method : List.of("GET", "HEAD")) {
        Answered last =
            Answered.to(server, method, "/f.txt", "If-None-Match: " + tag, "Connection: close");
        assertEquals(304, last.status());
        assertEquals("close", last.field("connection"), method);
      }
      assertEquals(204, options.status());
      assertEquals(304, same.status());
      for (Answered response : List.of(options, same)) {
        assertFalse(response.head().fields().containsKey("content-length"), response.toString());
        assertFalse(response.head().fields().containsKey("transfer-encoding"), response.toString());
      }
    });
  }

  @Test
  void onTheManagementPortHeadHasTheFieldsOfGetToo() throws Exception {
    serving(server -> {
      for (String page : List.of("/", "/healthz", "/readyz", "/startupz", "/missing")) {
        String rest = " " + page + " HTTP/1.1\r\nHost: test\r\n\r\n";
        try (RawClient client = new RawClient(server.managementAddress())) {
          client.send("GET" + rest);
          RawClient.Head get = client.head();
          client.body(get);
          client.send("HEAD" + rest);
          RawClient.Head head = client.head();
          Answered none = new Answered(head, new byte[0]);
          assertEquals(get.status(), head.status(), page);
          assertEquals(fields(new Answered(get, new byte[0])), fields(none), page);
        }
      }
    });
  }
}
