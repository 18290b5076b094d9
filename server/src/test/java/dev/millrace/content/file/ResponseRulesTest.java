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
          headers: [{match: '*'}]                               | one of 'set' and 'remove'
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
}
