package dev.millrace.content.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Answered;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of a mount's rules apply to a served file, on both transports. */
abstract class RulesContract {
  @TempDir Path root;

  abstract Via transport();

  private RunningServer serving(String yaml) throws Exception {
    return RunningServer.start(root, transport(), "digests: on-request\n" + yaml);
  }

  private void write(String name, String text) throws Exception {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void cacheRulesMatchTheServedFileNotTheRequestedPath() throws Exception {
    write("index.html", "application");
    write("assets/app.js", "script");
    write("assets/page.html", "page");
    write("docs/index.html", "docs");
    write("docs/empty/f.txt", "text");
    String yaml =
        """
        listing: on
        fallback: ['{path}.html', /index.html]
        cache:
          - {match: "/assets/**", control: immutable}
          - {match: /docs/, control: directory}
          - {match: "*.html", control: no-cache}
          - {match: "/docs/empty/", control: listing}
        """;
    try (RunningServer server = serving(yaml)) {
      for (int i = 0; i < 3; i++) { // from the file, then from the response cache
        assertCached(server, "immutable", "/assets/app.js", "script");
        assertCached(server, "no-cache", "/assets/missing.js", "application");
        assertCached(server, "immutable", "/assets/page", "page");
        assertCached(server, "no-cache", "/some/route", "application");
        assertCached(server, "no-cache", "/", "application");
        assertCached(server, "directory", "/docs/", "docs");
        assertCached(server, "no-cache", "/docs/index.html", "docs");
      }
      assertEquals("listing", Answered.get(server, 200, "/docs/empty/").field("cache-control"));
    }
  }

  private static void assertCached(RunningServer server, String control, String target, String text)
      throws Exception {
    Answered response = Answered.get(server, 200, target);
    assertEquals(text, response.text(), target);
    assertEquals(control, response.field("cache-control"), target);
    Answered same = Answered.get(server, 304, target, "If-None-Match: " + response.field("etag"));
    assertEquals(control, same.field("cache-control"), target);
  }

  @Test
  void svgzFilesHaveContentEncodingGzipForEveryClient() throws Exception {
    write("image.svgz", "not really gzip");
    write("image.SVGZ", "upper case");
    write("image.svgz.br", "no variant");
    write("image.svg", "<svg/>");
    for (String yaml : List.of("", "precompressed: []\n")) {
      try (RunningServer server = serving(yaml)) {
        for (String field :
            List.of("X: y", "Accept-Encoding: gzip, br", "Accept-Encoding: *;q=0")) {
          Answered image = Answered.get(server, 200, "/image.svgz", field);
          assertEquals("not really gzip", image.text(), field);
          assertEquals("gzip", image.field("content-encoding"), field);
          assertEquals("image/svg+xml", image.field("content-type"), field);
          assertEquals("", image.field("vary"), field);
        }
        assertEquals("gzip", Answered.get(server, 200, "/image.SVGZ").field("content-encoding"));
        assertEquals("", Answered.get(server, 200, "/image.svg").field("content-encoding"));
      }
    }
    try (RunningServer server = serving("types: {svgz: application/octet-stream}\n")) {
      assertEquals("", Answered.get(server, 200, "/image.svgz").field("content-encoding"));
    }
  }

  @Test
  void rulesOfAMountMatchPathsWithItsPrefix() throws Exception {
    write("files/index.html", "index");
    write("files/404.html", "fallback");
    String yaml =
        """
        mounts:
          - path: /app/
            root: %s/files
            fallback: [/404.html]
            cache: [{match: /app/404.html, control: no-store}, {match: /app/, control: index}]
        """
            .formatted(root);
    try (RunningServer server = serving(yaml)) {
      assertCached(server, "no-store", "/app/missing", "fallback");
      assertCached(server, "index", "/app/", "index");
    }
  }

  @Test
  void corsOfAFallbackFollowsTheRuleOfTheServedFile() throws Exception {
    write("index.html", "application");
    write("public/data.json", "{}");
    String yaml =
        """
        fallback: [/index.html]
        cors:
          - {match: "/public/**", origins: ["*"]}
          - {match: /index.html, origins: ["https://app.example.org"]}
        """;
    String other = "Origin: https://other.example.org";
    String own = "Origin: https://app.example.org";
    try (RunningServer server = serving(yaml)) {
      assertEquals("*", origin(server, "/public/data.json", other));
      assertEquals("", origin(server, "/public/missing.json", other));
      assertEquals("https://app.example.org", origin(server, "/public/missing.json", own));
      String vary = Answered.get(server, 200, "/index.html", own).field("vary");
      assertTrue(List.of(vary.split(", ")).contains("Origin"), vary);
    }
  }

  @Test
  void preflightsAllowEveryFieldThatTheServerReads() throws Exception {
    write("f", "content");
    try (RunningServer server = serving("cors: [{origins: ['*']}]\n")) {
      Answered preflight =
          Answered.to(
              server,
              "OPTIONS",
              "/f",
              "Origin: https://app.example.org",
              "Access-Control-Request-Method: GET",
              "Access-Control-Request-Headers: if-modified-since,want-content-digest");
      assertEquals(204, preflight.status());
      List<String> allowed =
          List.of(
              preflight.field("access-control-allow-headers").toLowerCase(Locale.ROOT).split(", "));
      for (String field :
          List.of(
              "authorization",
              "if-match",
              "if-modified-since",
              "if-none-match",
              "if-range",
              "if-unmodified-since",
              "range",
              "traceparent",
              "want-content-digest",
              "want-repr-digest")) {
        assertTrue(allowed.contains(field), field + " is not in " + allowed);
      }
      assertEquals(10, allowed.size(), "add the new field to this test");
    }
  }

  private static String origin(RunningServer server, String target, String field) throws Exception {
    return Answered.get(server, 200, target, field).field("access-control-allow-origin");
  }
}
