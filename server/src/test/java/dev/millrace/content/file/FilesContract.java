package dev.millrace.content.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.RawClient;
import dev.millrace.server.RawClient.Head;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conditional requests, ranges, stored variants, mounts and rules, over real sockets. */
abstract class FilesContract {
  private static final Instant CHANGED = Instant.parse("2024-02-29T12:34:56.789012345Z");

  @TempDir Path root;

  abstract Via transport();

  /** Settings of the response cache and the open files. */
  String caches() {
    return "";
  }

  /** A response received on its own connection. */
  private record Answer(Head head, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    String field(String name) {
      return head.field(name);
    }
  }

  @FunctionalInterface
  private interface Script {
    void run(RunningServer server) throws Exception;
  }

  private void serving(String yaml, Script script) throws Exception {
    try (RunningServer server =
        RunningServer.start(root, transport(), caches() + "digests: on-request\n" + yaml)) {
      script.run(server);
    }
  }

  private static Answer get(RunningServer server, int status, String target, String... fields)
      throws Exception {
    return request(server, status, "GET", "test", target, fields);
  }

  private static Answer request(
      RunningServer server, int status, String method, String host, String target, String... fields)
      throws Exception {
    try (RawClient client = new RawClient(server.address())) {
      StringBuilder request =
          new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n");
      for (String field : fields) {
        request.append(field).append("\r\n");
      }
      client.send(request + "\r\n");
      Head head = client.head();
      assertEquals(status, head.status(), target + " " + Arrays.toString(fields) + " " + head);
      assertEquals("nosniff", head.field("x-content-type-options"), target);
      boolean bodiless = method.equals("HEAD") || status == 304 || status == 204;
      byte[] body = bodiless ? new byte[0] : client.body(head.contentLength());
      client.request("GET", "/still-in-step.sha256");
      assertEquals(404, client.head().status(), "after " + target);
      return new Answer(head, body);
    }
  }

  private Path write(String name, String text) throws Exception {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  @Test
  void conditionalRequestsAreEvaluatedAgainstTheFilesValidators() throws Exception {
    Path file = write("f.txt", "0123456789");
    Files.setLastModifiedTime(file, FileTime.from(CHANGED));
    serving(
        "cache: [{match: '*.txt', control: 'max-age=60'}]\n",
        server -> {
          Answer whole = get(server, 200, "/f.txt");
          String tag = whole.field("etag");
          String date = "Thu, 29 Feb 2024 12:34:56 GMT";
          assertEquals(date, whole.field("last-modified"));
          assertEquals("bytes", whole.field("accept-ranges"));
          assertEquals("max-age=60", whole.field("cache-control"));
          Answer same = get(server, 304, "/f.txt", "If-None-Match: " + tag);
          for (String field : List.of("etag", "last-modified", "cache-control", "vary")) {
            assertEquals(whole.field(field), same.field(field), field);
          }
          assertFalse(same.head().fields().containsKey("content-type"), same.head().toString());
          get(server, 304, "/f.txt", "If-None-Match: \"x\", W/" + tag);
          get(server, 304, "/f.txt", "If-None-Match: \"x\"", "If-None-Match: " + tag);
          get(server, 304, "/f.txt", "If-None-Match: *");
          request(server, 304, "HEAD", "test", "/f.txt", "If-None-Match: " + tag);
          get(server, 304, "/f.txt", "If-Modified-Since: " + date);
          get(server, 200, "/f.txt", "If-Modified-Since: " + date, "If-None-Match: \"x\"");
          get(server, 200, "/f.txt", "If-Modified-Since: Thu, 29 Feb 2024 12:34:55 GMT");
          get(server, 200, "/f.txt", "If-Unmodified-Since: " + date);
          get(server, 200, "/f.txt", "If-Match: " + tag);
          Answer failed = get(server, 412, "/f.txt", "If-Match: \"x\"", "Range: bytes=0-1");
          assertEquals("", failed.field("cache-control"), "a 412 must not be cached");
          get(server, 412, "/f.txt", "If-Unmodified-Since: Thu, 29 Feb 2024 12:34:55 GMT");
          Files.setLastModifiedTime(file, FileTime.from(CHANGED.plusNanos(1)));
          get(server, 200, "/f.txt", "If-None-Match: " + tag);
        });
  }

  @Test
  void aRangeResponseHasTheRequestedBytes() throws Exception {
    byte[] content = new byte[300_000];
    new SplittableRandom(3).nextBytes(content);
    Path file = Files.write(root.resolve("f"), content);
    Files.setLastModifiedTime(file, FileTime.from(CHANGED));
    Files.write(root.resolve("empty"), new byte[0]);
    serving(
        "",
        server -> {
          for (long[] range :
              new long[][] {
                {0, 0},
                {0, 131_071},
                {0, 131_072},
                {131_071, 131_072},
                {5, 299_999},
                {299_999, 299_999}
              }) {
            Answer part = get(server, 206, "/f", "Range: bytes=" + range[0] + "-" + range[1]);
            assertEquals(
                "bytes " + range[0] + "-" + range[1] + "/300000", part.field("content-range"));
            assertArrayEquals(
                Arrays.copyOfRange(content, (int) range[0], (int) range[1] + 1), part.body());
          }
          Answer tail = get(server, 206, "/f", "Range: bytes=-7");
          assertArrayEquals(Arrays.copyOfRange(content, 299_993, 300_000), tail.body());
          Answer beyond = get(server, 416, "/f", "Range: bytes=300000-");
          assertEquals("bytes */300000", beyond.field("content-range"));
          get(server, 416, "/f", "Range: bytes=-0");
          get(server, 200, "/f", "Range: lines=1-2");
          get(server, 200, "/f", "Range: bytes=2-1");
          Answer head = request(server, 200, "HEAD", "test", "/f", "Range: bytes=0-1");
          assertEquals(300_000, head.head().contentLength());
          assertEquals(0, get(server, 200, "/empty", "Range: bytes=0-0").body().length);
          String tag = tail.field("etag");
          get(server, 206, "/f", "Range: bytes=0-1", "If-Range: " + tag);
          get(server, 200, "/f", "Range: bytes=0-1", "If-Range: W/" + tag);
          get(server, 200, "/f", "Range: bytes=0-1", "If-Range: \"x\"");
          get(server, 206, "/f", "Range: bytes=0-1", "If-Range: Thu, 29 Feb 2024 12:34:56 GMT");
          get(server, 200, "/f", "Range: bytes=0-1", "If-Range: Thu, 29 Feb 2024 12:34:57 GMT");
        });
  }

  @Test
  void severalRangesAreSentAsMultipartWithoutReadBuffers() throws Exception {
    byte[] content = new byte[500_000];
    new SplittableRandom(4).nextBytes(content);
    Files.write(root.resolve("f.bin"), content);
    serving(
        "",
        server -> {
          Answer response =
              get(server, 206, "/f.bin", "Range: bytes=400000-499999, 0-0,-1,7-200000");
          String type = response.field("content-type");
          assertTrue(type.startsWith("multipart/byteranges; boundary="), type);
          String boundary = type.substring(type.indexOf('=') + 1);
          String[] parts =
              new String(response.body(), StandardCharsets.ISO_8859_1).split("--" + boundary, -1);
          // -1 lies within the first range listed, so three parts remain, in ascending order.
          List<long[]> expected =
              List.of(new long[] {0, 0}, new long[] {7, 200_000}, new long[] {400_000, 499_999});
          assertEquals(expected.size() + 2, parts.length);
          assertEquals("--\r\n", parts[parts.length - 1]);
          for (int i = 0; i < expected.size(); i++) {
            String part = parts[i + 1];
            int blank = part.indexOf("\r\n\r\n");
            long[] range = expected.get(i);
            String placed = "Content-Range: bytes " + range[0] + "-" + range[1] + "/500000";
            assertTrue(part.substring(0, blank).contains(placed), part.substring(0, blank));
            assertTrue(part.contains("Content-Type: application/octet-stream\r\n"));
            byte[] bytes =
                part.substring(blank + 4, part.length() - 2).getBytes(StandardCharsets.ISO_8859_1);
            assertArrayEquals(
                Arrays.copyOfRange(content, (int) range[0], (int) range[1] + 1), bytes);
          }
          assertEquals("", response.field("content-range"));
          assertEquals(
              500_000,
              get(server, 200, "/f.bin", "Range: bytes=" + "0-,".repeat(17)).body().length);
          assertEquals(0, server.readBuffersTaken());
        });
  }

  @Test
  void precompressedVariantsAreNegotiated() throws Exception {
    write("page.html", "plain page");
    write("page.html.gz", "gzipped");
    write("page.html.br", "brotli");
    write("data.tar", "archive");
    write("data.tar.gz", "another archive");
    write("lonely.css", "css");
    serving(
        "",
        server -> {
          Answer plain = get(server, 200, "/page.html");
          assertEquals("plain page", plain.text());
          assertEquals("Accept-Encoding", plain.field("vary"));
          Answer brotli =
              get(server, 200, "/page.html", "Accept-Encoding: gzip, deflate, br, zstd");
          assertEquals("brotli", brotli.text());
          assertEquals("br", brotli.field("content-encoding"));
          assertEquals("text/html; charset=utf-8", brotli.field("content-type"));
          assertEquals("Accept-Encoding", brotli.field("vary"));
          assertNotEquals(plain.field("etag"), brotli.field("etag"));
          Answer gzip = get(server, 200, "/page.html", "Accept-Encoding: br;q=0.1, gzip");
          assertEquals("gzipped", gzip.text());
          Answer part = get(server, 206, "/page.html", "Accept-Encoding: gzip", "Range: bytes=0-1");
          assertEquals("gz", part.text());
          assertEquals("Accept-Encoding", part.field("vary"));
          Answer same =
              get(
                  server,
                  304,
                  "/page.html",
                  "Accept-Encoding: gzip",
                  "If-None-Match: " + gzip.field("etag"));
          assertEquals("Accept-Encoding", same.field("vary"));
          get(server, 200, "/page.html", "If-None-Match: " + gzip.field("etag"));
          assertEquals(
              "plain page", get(server, 200, "/page.html", "Accept-Encoding: zstd").text());
          assertEquals("css", get(server, 200, "/lonely.css", "Accept-Encoding: br").text());
          Answer tar = get(server, 200, "/data.tar", "Accept-Encoding: gzip");
          assertEquals("archive", tar.text(), "data.tar.gz is a file of its own, not a variant");
          assertEquals("", tar.field("vary"));
          assertEquals("brotli", get(server, 200, "/page.html.br").text());
        });
    serving(
        "precompressed: []\ncompress: off\n",
        server -> {
          Answer plain = get(server, 200, "/page.html", "Accept-Encoding: gzip");
          assertEquals("plain page", plain.text());
          assertEquals("", plain.field("vary"));
        });
  }

  @Test
  void mountsAreMatchedByHostThenByTheLongestPrefix() throws Exception {
    for (String name : List.of("main", "docs", "deep", "host", "wild")) {
      write(name + "/which.txt", name);
    }
    String yaml =
        """
        mounts:
          - {path: /docs/, root: %1$s/docs}
          - {path: /docs/deep/, root: %1$s/deep}
          - {host: Files.Example.org, root: %1$s/host}
          - {host: "*.example.org", root: %1$s/wild}
        """
            .formatted(root);
    serving(
        yaml,
        server -> {
          assertEquals("main", get(server, 200, "/main/which.txt").text());
          assertEquals("docs", get(server, 200, "/docs/which.txt").text());
          assertEquals("deep", get(server, 200, "/docs/deep/which.txt").text());
          assertEquals("/docs/", get(server, 301, "/docs").field("location"));
          assertEquals("deep", get(server, 200, "/docs/x/../deep/which.txt").text());
          get(server, 404, "/docs/docs/which.txt");
          get(server, 404, "/docsx/which.txt");
          for (String host : List.of("files.example.org", "FILES.EXAMPLE.ORG:8080")) {
            assertEquals("host", request(server, 200, "GET", host, "/which.txt").text());
          }
          assertEquals("wild", request(server, 200, "GET", "a.b.example.org", "/which.txt").text());
          assertEquals(
              "docs", request(server, 200, "GET", "example.org", "/docs/which.txt").text());
          request(server, 404, "GET", "files.example.org", "/docs/which.txt");
        });
  }

  @Test
  void missingPathsUseTheFallbackUnlessTheyAreChecksumNames() throws Exception {
    write("index.html", "application");
    write("about.html", "about");
    write("errors/404.html", "<p>nothing here");
    serving(
        "fallback: ['{path}.html', /index.html]\n",
        server -> {
          assertEquals("about", get(server, 200, "/about").text());
          Answer app = get(server, 200, "/some/route");
          assertEquals("application", app.text());
          assertEquals("text/html; charset=utf-8", app.field("content-type"));
          for (String sum :
              List.of("/x.sha256", "/x.SHA1", "/x.md5", "/a/SHA256SUMS", "/x.sha512")) {
            get(server, 404, sum);
          }
          get(server, 404, "/.git/config");
        });
    serving(
        "errors: {404: /errors/404.html, 416: /missing.html}\n",
        server -> {
          Answer page = get(server, 404, "/some/route");
          assertEquals("<p>nothing here", page.text());
          assertEquals("text/html; charset=utf-8", page.field("content-type"));
          assertEquals("", page.field("etag"));
          request(server, 404, "HEAD", "test", "/some/route");
          assertTrue(get(server, 416, "/about.html", "Range: bytes=9-").text().startsWith("416 "));
        });
  }

  @Test
  void symlinksAndDotfilesFollowTheSettings() throws Exception {
    write("real.txt", "real");
    write(".hidden/x", "hidden");
    write(".well-known/x", "known");
    Files.createSymbolicLink(root.resolve("in"), Path.of("real.txt"));
    Files.createSymbolicLink(root.resolve("absolute"), root.resolve("real.txt"));
    Files.createSymbolicLink(root.resolve("out"), Path.of("/etc/passwd"));
    Files.createSymbolicLink(root.resolve("up"), Path.of("../../etc/passwd"));
    Files.createSymbolicLink(root.resolve("magic"), Path.of("/proc/self/root/etc/passwd"));
    List<String> leaving = List.of("/out", "/up", "/magic", "/absolute");
    serving(
        "",
        server -> {
          assertEquals("real", get(server, 200, "/in").text());
          for (String target : leaving) {
            get(server, 404, target);
          }
          get(server, 404, "/.hidden/x");
          assertEquals("known", get(server, 200, "/.well-known/x").text());
        });
    serving(
        "symlinks: none\ndotfiles: true\n",
        server -> {
          get(server, 404, "/in");
          for (String target : leaving) {
            get(server, 404, target);
          }
          assertEquals("hidden", get(server, 200, "/.hidden/x").text());
        });
  }

  /** A rename anywhere makes openat2(2) with RESOLVE_BENEATH fail with EAGAIN on {@code ..}. */
  @Test
  void linksWithDotDotResolveWhileDirectoriesAreRenamed(@TempDir Path elsewhere) throws Exception {
    Files.createDirectories(root.resolve("a/b"));
    write("f", "content");
    Files.createSymbolicLink(root.resolve("a/b/link"), Path.of("../../a/../f"));
    Path here = Files.createDirectory(elsewhere.resolve("here"));
    Path there = elsewhere.resolve("there");
    AtomicBoolean done = new AtomicBoolean();
    Thread renaming =
        Thread.ofPlatform()
            .start(() -> {
              try {
                while (!done.get()) {
                  Files.move(here, there);
                  Files.move(there, here);
                }
              } catch (IOException failed) {
                throw new UncheckedIOException(failed);
              }
            });
    try {
      try (RunningServer server = RunningServer.start(root, transport(), "open-files: 0\n")) {
        for (int i = 0; i < 2000; i++) {
          assertEquals("content", get(server, 200, "/a/b/link").text());
        }
      }
    } finally {
      done.set(true);
      renaming.join();
    }
  }

  @Test
  void corsRulesAllowOtherOrigins() throws Exception {
    write("data.json", "{}");
    write("private.json", "{}");
    String yaml =
        """
        cors:
          - {match: /private.json, origins: ["https://app.example.org"], max-age: 1h}
          - {match: "*.json", origins: ["*"]}
        """;
    serving(
        yaml,
        server -> {
          String mine = "Origin: https://app.example.org";
          Answer open = get(server, 200, "/data.json", "Origin: https://x.example");
          assertEquals("*", open.field("access-control-allow-origin"));
          assertTrue(open.field("access-control-expose-headers").contains("Repr-Digest"));
          Answer closed = get(server, 200, "/private.json", "Origin: https://x.example");
          assertEquals("", closed.field("access-control-allow-origin"));
          assertTrue(closed.field("vary").contains("Origin"), closed.head().toString());
          Answer allowed = get(server, 200, "/private.json", mine);
          assertEquals("https://app.example.org", allowed.field("access-control-allow-origin"));
          Answer preflight =
              request(
                  server,
                  204,
                  "OPTIONS",
                  "test",
                  "/private.json",
                  mine,
                  "Access-Control-Request-Method: GET",
                  "Access-Control-Request-Headers: range");
          assertEquals("GET, HEAD, OPTIONS", preflight.field("access-control-allow-methods"));
          assertTrue(preflight.field("access-control-allow-headers").contains("Range"));
          assertEquals("3600", preflight.field("access-control-max-age"));
          assertEquals("", get(server, 200, "/data.json").field("access-control-allow-origin"));
        });
  }

  @Test
  void typesAndIndexNamesAreConfigurable() throws Exception {
    write("a/start.htm", "start");
    write("x.foo", "foo");
    serving(
        "types: {foo: text/x-foo}\nindex: [index.html, start.htm]\n",
        server -> {
          assertEquals("start", get(server, 200, "/a/").text());
          assertEquals(
              "text/x-foo; charset=utf-8", get(server, 200, "/x.foo").field("content-type"));
        });
  }

  @Test
  void unusualAndLongNamesAreServed() throws Exception {
    String longest = "n".repeat(255);
    write(longest, "longest");
    String deep = String.join("/", java.util.Collections.nCopies(15, "d".repeat(250)));
    write("a;b=c", "parameters");
    write("x;", "semicolon");
    Map<String, String> raw =
        Map.of(
            "/%ff%FE.bin", "bytes",
            "/sp%20ace", "space",
            "/a;b=c", "parameters",
            "/a%3Bb=c", "parameters",
            "/x;", "semicolon");
    assertEquals(
        0,
        Programs.run(
                "bash",
                "-c",
                "cd '"
                    + root
                    + "' && printf bytes > $'\\xff\\xfe.bin' && printf space > 'sp ace'"
                    + " && mkdir -p "
                    + deep
                    + " && printf deep > "
                    + deep
                    + "/f")
            .exitCode());
    serving(
        "",
        server -> {
          assertEquals("longest", get(server, 200, "/" + longest).text());
          assertEquals("deep", get(server, 200, "/" + deep + "/f").text());
          get(server, 404, "/" + longest + "n");
          get(server, 404, "/" + deep + "/" + deep);
          for (Map.Entry<String, String> entry : raw.entrySet()) {
            assertEquals(entry.getValue(), get(server, 200, entry.getKey()).text());
          }
          get(server, 404, "/%c3%bf%c3%be.bin");
        });
  }
}
