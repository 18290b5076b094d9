package dev.millrace.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Answered;
import dev.millrace.server.Programs;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SignedLinksTest {
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OLD = "fedcba9876543210".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path root;

  private long now = 1_000;
  private final SignedLinks links = new SignedLinks(List.of(KEY, OLD), () -> now);

  private boolean grants(String method, String path, String address, String query) {
    return links.verify(String.join("\n", method, path, address, query)).granted();
  }

  @Test
  void aLinkGivesOnePathUntilItsTime() {
    String query = SignedLinks.query(KEY, "/a%20b/f", 1_060, null, null);
    assertTrue(grants("GET", "/a%20b/f", "192.0.2.1", query));
    assertTrue(grants("HEAD", "/a%20b/f", "192.0.2.1", "download&" + query));
    assertFalse(grants("PUT", "/a%20b/f", "192.0.2.1", query));
    assertFalse(grants("GET", "/a%20b/g", "192.0.2.1", query));
    assertFalse(grants("GET", "/a%20b/f/", "192.0.2.1", query));
    assertFalse(grants("GET", "/a%20b/f", "192.0.2.1", query.replace("1060", "1061")));
    assertFalse(grants("GET", "/a%20b/f", "192.0.2.1", query + "&more"));
    assertFalse(grants("GET", "/a%20b/f", "192.0.2.1", query.replace("signature=", "signature=0")));
    assertFalse(grants("GET", "/a%20b/f", "192.0.2.1", ""));
    now = 1_060;
    assertTrue(grants("GET", "/a%20b/f", "192.0.2.1", query));
    now = 1_061;
    assertFalse(grants("GET", "/a%20b/f", "192.0.2.1", query), "expired");
  }

  @Test
  void aLinkCanBeForOneClientOrAnotherMethodAndByAnOlderKey() {
    String mine = SignedLinks.query(OLD, "/f", 2_000, "2001:db8::1", "PUT");
    assertTrue(grants("PUT", "/f", "2001:db8:0:0:0:0:0:1", mine));
    assertFalse(grants("PUT", "/f", "2001:db8::2", mine));
    assertFalse(grants("GET", "/f", "2001:db8::1", mine));
    assertFalse(grants("PUT", "/f", "2001:db8::1", mine.replace("&address=2001:db8::1", "")));
    assertFalse(grants("PUT", "/f", "2001:db8::1", mine.replace("PUT", "DELETE")));
    byte[] other = "another-key-of-mine".getBytes(StandardCharsets.US_ASCII);
    assertFalse(grants("GET", "/f", "::1", SignedLinks.query(other, "/f", 2_000, null, null)));
  }

  private static Programs.Result sign(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(Programs.millrace("sign"));
    command.addAll(List.of(arguments));
    return Programs.run(command, Map.of());
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "HTTP2_URING"})
  void theServerAcceptsLinksInPlaceOfPasswords(Via via) throws Exception {
    Path keys = Files.writeString(root.resolve("keys"), "# signing\n0123456789abcdef\n");
    Path tokens = Files.writeString(root.resolve("tokens"), "secret\n");
    Files.createDirectories(root.resolve("links"));
    Files.createDirectories(root.resolve("both"));
    Files.writeString(root.resolve("links/a b"), "linked");
    Files.writeString(root.resolve("both/f"), "both");
    String yaml =
        "auth:\n  - {path: /links, signed: "
            + keys
            + "}\n  - {path: /both, bearer: "
            + tokens
            + ", signed: "
            + keys
            + "}\nwrite: [{path: /links, signed: "
            + keys
            + "}]\n";
    try (RunningServer server = RunningServer.start(root, via, yaml)) {
      String key = "--key-file=" + keys;
      String link = sign(key, "/links/a%20b").out().strip();
      assertEquals("linked", Answered.get(server, 200, link).text());
      Answered.get(server, 403, "/links/a%20b");
      Answered.get(server, 403, link.replace("a%20b", "c"));
      Answered.get(server, 401, "/both/f");
      Answered.get(server, 200, "/both/f", "Authorization: Bearer secret");
      Answered.get(server, 200, sign(key, "/both/f").out().strip());
      Answered.get(server, 403, sign(key, "--address=192.0.2.9", "/links/a%20b").out().strip());
      String upload = sign(key, "--method=PUT", "--expires=5m", "/links/new").out().strip();
      String put = " HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\n\r\nx";
      assertEquals(201, Answered.raw(server.address(), "PUT " + upload + put).status());
      assertEquals(403, Answered.raw(server.address(), "PUT " + link + put).status());
    }
  }

  @Test
  void wrongUseOfTheCommandIsRefused() throws Exception {
    Path keys = Files.writeString(root.resolve("keys"), "0123456789abcdef\n");
    Path weak = Files.writeString(root.resolve("weak"), "short\n");
    String key = "--key-file=" + keys;
    String url = "https://files.example.org/f";
    assertTrue(sign(key, url).out().startsWith(url + "?expires="));
    assertEquals(2, sign(url).exitCode());
    assertEquals(2, sign("--key-file=" + weak, url).exitCode());
    assertEquals(2, sign("--key-file=/none", url).exitCode());
    assertEquals(2, sign(key, "--expires=soon", url).exitCode());
    assertEquals(2, sign(key, "--address=host", url).exitCode());
    assertEquals(2, sign(key, "--method=get", url).exitCode());
    assertEquals(2, sign(key, url + "?q").exitCode());
    assertEquals(2, sign(key, "path").exitCode());
  }
}
