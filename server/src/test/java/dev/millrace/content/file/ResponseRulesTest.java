package dev.millrace.content.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.SettingsException;
import dev.millrace.server.Answered;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rules for fields of responses, and redirects. */
class ResponseRulesTest {
  @TempDir Path root;

  @ParameterizedTest
  @EnumSource
  void fieldsAreSetAndRemoved(Via via) throws Exception {
    Files.writeString(root.resolve("page.html"), "page");
    Files.writeString(root.resolve("data.bin"), "data");
    String yaml =
        """
        headers:
          - {set: {Referrer-Policy: no-referrer, X-One: "1"}}
          - {match: "*.html", set: {Content-Security-Policy: "default-src 'self'", X-One: "2"}}
          - {match: "*.bin", remove: [X-One, Accept-Ranges], set: {Content-Type: text/x-own}}
        """;
    try (RunningServer server = RunningServer.start(root, via, yaml)) {
      for (int i = 0; i < 3; i++) { // the response cache has the fields too
        Answered page = Answered.get(server, 200, "/page.html");
        assertEquals("page", page.text());
        assertEquals("no-referrer", page.field("referrer-policy"));
        assertEquals("default-src 'self'", page.field("content-security-policy"));
        assertEquals("2", page.field("x-one"));
        Answered data = Answered.get(server, 200, "/data.bin");
        assertEquals("", data.field("x-one"));
        assertEquals("", data.field("accept-ranges"));
        assertEquals("text/x-own", data.field("content-type"));
        assertEquals("1", Answered.get(server, 404, "/none").field("x-one"));
      }
      assertEquals("2", Answered.to(server, "HEAD", "/page.html").field("x-one"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "HTTP2_URING"})
  void pathsAreRedirected(Via via) throws Exception {
    Files.writeString(root.resolve("new"), "new");
    String yaml =
        """
        redirects:
          - {from: /exact, to: /new}
          - {from: /old/, to: /releases/, status: 308}
          - {from: /docs/, to: "https://docs.example.org/v1/", status: 302}
          - {from: /search, to: "/find?kind=all", status: 307}
        """;
    try (RunningServer server = RunningServer.start(root, via, yaml)) {
      assertEquals("/new", Answered.get(server, 301, "/exact").field("location"));
      Answered.get(server, 404, "/exact/x");
      assertEquals("/releases/", Answered.get(server, 308, "/old").field("location"));
      assertEquals(
          "/releases/a%20b/c%0D%0Ax?q=1&r",
          Answered.get(server, 308, "/old/a%20b/c%0d%0ax?q=1&r").field("location"));
      assertEquals("/releases/dir/", Answered.get(server, 308, "/old/x/../dir/").field("location"));
      assertEquals(
          "https://docs.example.org/v1/a", Answered.get(server, 302, "/docs/a").field("location"));
      assertEquals(
          "/find?kind=all&q=x", Answered.get(server, 307, "/search?q=x").field("location"));
      assertEquals(308, Answered.to(server, "HEAD", "/old/x").status());
      assertEquals("new", Answered.get(server, 200, "/new").text());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          headers: [{match: '*'}]                               | one of 'set', 'add', 'remove', 'preset'
          headers: [{preset: lax}]                              | is not one of secure
          headers: [{download: maybe}]                          | is not one of on, off
          headers: [{add: {Date: x}}]                           | is set by the server alone
          redirects: [{from: '/a*b*', to: /b}]                  | more than one wildcard in a name
          redirects: [{from: '/**/x/**', to: /b}]               | more than one '**'
          redirects: [{from: '/a/*', to: '/b/$2'}]              | refers to more parts
          redirects: [{from: '/*/x', to: '/a/$1'}]              | leads to another redirect
          redirects: [{from: '/**.html', to: '/pages/$1.html'}] | leads to another redirect
          redirects: [{from: '/a/*', to: 'https://$1/'}]        | is neither an absolute path nor a URL
          redirects: [{from: '/../a', to: /b}]                  | is not a path
          rewrites: [{from: /a, to: 'https://h/'}]              | is not an absolute path
          rewrites: [{from: /a, to: '/b?c'}]                    | is not an absolute path
          rewrites: [{from: /a, to: '/$1'}]                     | refers to more parts
          headers: [{set: {'a b': x}}]                          | is not the name of a field
          headers: [{set: {Content-Length: 1}}]                 | is set by the server alone
          headers: [{remove: [transfer-encoding]}]              | is set by the server alone
          headers: [{set: {X: "a\\nb"}}]                        | must be printable ASCII
          redirects: [{from: /a/, to: /a/b/}]                   | leads to another redirect
          redirects: [{from: /a, to: /b}, {from: /b, to: /a}]   | leads to another redirect
          redirects: [{from: /a/, to: /b}]                      | must end with a slash
          redirects: [{from: a, to: /b}]                        | is not a path
          redirects: [{from: /a, to: //evil.example}]           | is neither an absolute path nor a URL
          redirects: [{from: /a, to: 'javascript:x'}]           | is neither an absolute path nor a URL
          redirects: [{from: /a, to: /b, status: 200}]          | is none of 301
          """)
  void wrongRulesAreRefusedAtStart(String yaml, String message) {
    SettingsException refused =
        assertThrows(
            SettingsException.class,
            () -> RunningServer.settings(root, Via.URING, yaml + "\n"),
            yaml);
    assertTrue(String.valueOf(refused.getMessage()).contains(message), refused.getMessage());
  }

  @Test
  void mountsInheritTheRules() throws Exception {
    Path other = Files.createDirectory(root.resolve("other"));
    Files.writeString(other.resolve("f"), "f");
    String yaml =
        "headers: [{set: {X-One: a}}]\nredirects: [{from: /m/x, to: /m/f}]\nmounts: [{path: /m, root: "
            + other
            + "}]\n";
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      assertEquals("a", Answered.get(server, 200, "/m/f").field("x-one"));
      assertEquals("/m/f", Answered.get(server, 301, "/m/x").field("location"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "HTTP2_URING"})
  void partsOfThePathAreRepeatedInTheTarget(Via via) throws Exception {
    String yaml =
        """
        redirects:
          - {from: "/blog/*/post-*.html", to: "/posts/$1/$2", status: 308}
          - {from: "/pages/**.html", to: "/pages/$1"}
          - {from: "/u/**", to: "https://users.example.org/$1?from=us", status: 302}
          - {from: "/slash**", to: "/$1"}
          - {from: "/ü/a%20b/*", to: "/c/$1"}
        """;
    try (RunningServer server = RunningServer.start(root, via, yaml)) {
      assertEquals(
          "/posts/2024/one?x=1",
          Answered.get(server, 308, "/blog/2024/post-one.html?x=1").field("location"));
      Answered.get(server, 404, "/blog/2024/a/post-one.html");
      Answered.get(server, 404, "/blog/2024/post-one.htm");
      assertEquals("/pages/a/b", Answered.get(server, 301, "/pages/a/b.html").field("location"));
      assertEquals(
          "https://users.example.org/%C3%A4/x%0D%0AEvil:%201?from=us&q",
          Answered.get(server, 302, "/u/%c3%a4/x%0d%0aEvil:%201?q").field("location"));
      assertEquals(
          "https://users.example.org/?from=us", Answered.get(server, 302, "/u").field("location"));
      assertEquals(
          "/evil.example/", Answered.get(server, 301, "/slash/evil.example/").field("location"));
      assertEquals(
          "/c/%C3%9F", Answered.get(server, 301, "/%C3%BC/a%20b/%c3%9f").field("location"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "HTTP2_URING"})
  void anotherPathIsServed(Via via) throws Exception {
    Files.createDirectories(root.resolve("v2/sub"));
    Files.writeString(root.resolve("v2/a b.txt"), "second");
    Files.writeString(root.resolve("v2/sub/index.html"), "index");
    Files.createDirectory(root.resolve("secret"));
    Files.writeString(root.resolve("secret/f"), "secret");
    Files.writeString(root.resolve("tokens"), "t0ken-of-sixteen-characters\n");
    Path mount = Files.createDirectory(root.resolve("mount"));
    Files.writeString(mount.resolve("g"), "g");
    String yaml =
        """
        rewrites:
          - {from: /latest/, to: /v2/}
          - {from: "/to-*", to: "/secret/$1"}
          - {from: /up, to: "/secret/../v2/a%20b.txt"}
          - {from: /m/out, to: /v2/x}
        auth: [{path: /secret/, bearer: ROOT/tokens}]
        mounts: [{path: /m, root: ROOT/mount}]
        """
            .replace("ROOT", root.toString());
    try (RunningServer server = RunningServer.start(root, via, yaml)) {
      for (int i = 0; i < 3; i++) {
        assertEquals("second", Answered.get(server, 200, "/latest/a%20b.txt").text());
        assertEquals("index", Answered.get(server, 200, "/latest/sub/").text());
        assertEquals("second", Answered.get(server, 200, "/up").text());
        Answered.get(server, 401, "/to-f");
        assertEquals(
            "secret",
            Answered.get(server, 200, "/to-f", "Authorization: Bearer t0ken-of-sixteen-characters")
                .text());
        Answered.get(server, 404, "/to-%2e%2e");
        assertEquals("g", Answered.get(server, 200, "/m/g").text());
        Answered.get(server, 404, "/m/out");
      }
      Files.writeString(root.resolve("v2/a b.txt"), "third!");
      assertEquals("third!", Answered.get(server, 200, "/latest/a%20b.txt").text());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "HTTP2_URING"})
  void filesAreDownloadedUnderTheirNames(Via via) throws Exception {
    Files.writeString(root.resolve("page.html"), "page");
    Files.writeString(root.resolve("a \"b\" ü.bin"), "data");
    String yaml = "headers: [{match: '*.bin', download: on}]\n";
    try (RunningServer server = RunningServer.start(root, via, yaml)) {
      for (int i = 0; i < 3; i++) {
        assertEquals("", Answered.get(server, 200, "/page.html").field("content-disposition"));
        assertEquals(
            "attachment; filename=\"page.html\"",
            Answered.get(server, 200, "/page.html?download").field("content-disposition"));
        assertEquals(
            "attachment; filename=\"page.html\"",
            Answered.get(server, 206, "/page.html?x&download=1", "Range: bytes=0-0")
                .field("content-disposition"));
        assertEquals(
            "attachment; filename=\"a _b_ _.bin\"; filename*=UTF-8''a%20%22b%22%20%C3%BC.bin",
            Answered.get(server, 200, "/a%20%22b%22%20%C3%BC.bin").field("content-disposition"));
      }
      assertEquals(
          "", Answered.get(server, 404, "/none.bin?download").field("content-disposition"));
      assertEquals(
          "", Answered.get(server, 200, "/page.html?downloads").field("content-disposition"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "HTTP2_URING"})
  void thePresetAddsWhatIsMissing(Via via) throws Exception {
    Files.writeString(root.resolve("page.html"), "page");
    Files.createDirectory(root.resolve("d"));
    String yaml =
        """
        listing: on
        headers:
          - {set: {X-Frame-Options: SAMEORIGIN}, add: {Link: "</a>; rel=preload"}}
          - {preset: secure, add: {Link: "</b>; rel=preload"}}
        """;
    try (RunningServer server = RunningServer.start(root, via, yaml)) {
      String listing = Answered.get(server, 200, "/d/").field("content-security-policy");
      for (int i = 0; i < 3; i++) {
        Answered page = Answered.get(server, 200, "/page.html");
        assertEquals("SAMEORIGIN", page.field("x-frame-options"));
        assertEquals("strict-origin-when-cross-origin", page.field("referrer-policy"));
        assertTrue(
            page.field("content-security-policy").startsWith("default-src 'self'"),
            page.head().toString());
        assertEquals(
            2,
            page.head().toString().toLowerCase(Locale.ROOT).split("rel=preload", -1).length - 1,
            page.head().toString());
        assertEquals("nosniff", page.field("x-content-type-options"));
      }
      assertTrue(listing.contains("default-src 'none'"), "the listing's own: " + listing);
    }
  }
}
