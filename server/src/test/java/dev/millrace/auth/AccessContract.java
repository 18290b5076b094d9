package dev.millrace.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.Programs;
import dev.millrace.server.RawClient;
import dev.millrace.server.RawClient.Head;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Authentication by Basic passwords and bearer tokens, and the access log's entries. */
abstract class AccessContract {
  @TempDir Path root;
  @TempDir Path aside;

  abstract Via transport();

  private static Head head(RunningServer server, String target, String... fields) throws Exception {
    try (RawClient client = new RawClient(server.address())) {
      client.request("HEAD", target, fields);
      return client.head();
    }
  }

  private static String basic(String pair) {
    return "Authorization: Basic "
        + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private String protectedSettings() throws Exception {
    Path passwords = aside.resolve("passwords");
    for (List<String> user : List.of(List.of("ada", "lovelace"), List.of("bob", "pass:word ü"))) {
      String create = Files.exists(passwords) ? "-bB" : "-cbB";
      Programs.Result made =
          Programs.run("htpasswd", create, passwords.toString(), user.get(0), user.get(1));
      assertEquals(0, made.exitCode(), made.err());
    }
    Path tokens = Files.writeString(aside.resolve("tokens"), "# CI\ntoken-one\ntoken-two\n");
    Files.createDirectories(root.resolve("private/open"));
    Files.createDirectory(root.resolve("api"));
    for (String name : List.of("public", "private/x", "private/open/x", "api/x", "privateer")) {
      Files.writeString(root.resolve(name), name);
    }
    return """
    auth:
      - {path: /private/, basic: %s, realm: Private area}
      - {path: /private/open/, bearer: %s}
      - {path: /api, bearer: %s}
    """
        .formatted(passwords, tokens, tokens);
  }

  @Test
  void basicAuthChecksNamesAndBcryptPasswords() throws Exception {
    try (RunningServer server = RunningServer.start(root, transport(), protectedSettings())) {
      assertEquals(200, head(server, "/public").status());
      assertEquals(200, head(server, "/privateer").status());
      Head refused = head(server, "/private/x");
      assertEquals(401, refused.status());
      assertEquals(
          "Basic realm=\"Private area\", charset=\"UTF-8\"", refused.field("www-authenticate"));
      for (String target :
          List.of(
              "/private/x",
              "/%70rivate/x",
              "/public/../private/x",
              "//private//x",
              "/private",
              "/private/nothing")) {
        assertEquals(401, head(server, target).status(), target);
        assertEquals(401, head(server, target, basic("ada:wrong")).status(), target);
      }
      for (String pair : List.of("ada:lovelace", "bob:pass:word ü", "ada:lovelace")) {
        assertEquals(200, head(server, "/private/x", basic(pair)).status(), pair);
      }
      assertEquals(404, head(server, "/private/nothing", basic("ada:lovelace")).status());
      for (String field :
          List.of(
              basic("ada"),
              basic("eve:lovelace"),
              basic(":"),
              basic("ada:"),
              basic("ada:lovelac"),
              "Authorization: Basic ???",
              "Authorization: Basic",
              "Authorization: Bearer token-one",
              "Authorization: Digest username=ada")) {
        assertEquals(401, head(server, "/private/x", field).status(), field);
      }
    }
  }

  /** bcrypt uses at most 72 bytes: a longer password gets 401 and must not cause an error. */
  @Test
  void passwordsLongerThanBcryptsLimitGet401() throws Exception {
    String longest = "x".repeat(72);
    Path passwords = aside.resolve("long");
    for (String user : List.of("ada", "bob")) {
      String password = user.equals("ada") ? longest : "short";
      String create = Files.exists(passwords) ? "-bB" : "-cbB";
      Programs.Result made = Programs.run("htpasswd", create, passwords.toString(), user, password);
      assertEquals(0, made.exitCode(), made.err());
    }
    Files.writeString(root.resolve("f"), "content");
    String yaml = "auth: [{path: /, basic: " + passwords + "}]\n";
    try (RunningServer server = RunningServer.start(root, transport(), yaml)) {
      assertEquals(200, head(server, "/f", basic("ada:" + longest)).status());
      assertEquals(401, head(server, "/f", basic("ada:" + longest + "x")).status());
      assertEquals(401, head(server, "/f", basic("ada:" + longest + "\0")).status());
      for (int i = 0; i < 30; i++) {
        assertEquals(401, head(server, "/f", basic("nobody:" + longest + "x".repeat(i))).status());
        assertEquals(401, head(server, "/f", basic("bob:" + "ü".repeat(37 + i))).status());
      }
      assertEquals("0.0", server.metric("http_server_active_requests"));
      assertEquals("0.0", server.metric("millrace_request_failures_total"));
    }
  }

  @Test
  void bearerTokensAreCheckedAndTheLongestPathPrefixWins() throws Exception {
    try (RunningServer server = RunningServer.start(root, transport(), protectedSettings())) {
      assertEquals("Bearer realm=\"millrace\"", head(server, "/api/x").field("www-authenticate"));
      assertEquals(200, head(server, "/api/x", "Authorization: Bearer token-one").status());
      assertEquals(200, head(server, "/api/x", "Authorization: bearer token-two").status());
      for (String token : List.of("token-three", "", "token-on", "token-one2", "# CI")) {
        assertEquals(401, head(server, "/api/x", "Authorization: Bearer " + token).status(), token);
      }
      assertEquals(
          200, head(server, "/private/open/x", "Authorization: Bearer token-one").status());
      assertEquals(401, head(server, "/private/open/x", basic("ada:lovelace")).status());
    }
  }

  /** Waits until the log has so many lines; the writer batches entries for up to 100 ms. */
  private static List<String> lines(Path log, int count) throws Exception {
    return Await.until(
        () -> Files.exists(log) ? Files.readAllLines(log) : List.<String>of(),
        lines -> lines.size() >= count);
  }

  @Test
  void requestsAreLoggedAndAMovedLogFileIsRecreated() throws Exception {
    Path log = aside.resolve("access.log");
    String settings = protectedSettings() + "access-log: " + log + "\n";
    try (RunningServer server = RunningServer.start(root, transport(), settings)) {
      try (RawClient client = new RawClient(server.address())) {
        client.request(
            "GET", "/public?a=%22b", "User-Agent: test \"1\" \\ \u00fc", "Referer: http://r/");
        client.body(client.head().contentLength());
      }
      head(server, "/private/x", basic("bob:pass:word ü"));
      List<String> lines = lines(log, 2);
      assertTrue(
          lines
              .get(0)
              .matches(
                  "127\\.0\\.0\\.1 - - \\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d \\+0000]"
                      + " \"GET /public\\?a=%22b HTTP/1\\.1\" 200 6 \"http://r/\""
                      + " \"test \\\\x221\\\\x22 \\\\x5C \\\\xFC\""),
          lines.get(0));
      assertTrue(lines.get(1).contains(" - bob ["), lines.get(1));
      assertTrue(
          lines.get(1).contains("\"HEAD /private/x HTTP/1.1\" 200 0 \"-\" \"-\""), lines.get(1));
      Path moved = Files.move(log, aside.resolve("access.log.1"));
      head(server, "/nothing");
      assertTrue(lines(log, 1).get(0).contains("\"HEAD /nothing HTTP/1.1\" 404 "));
      assertEquals(2, Files.readAllLines(moved).size());
      assertEquals("3.0", server.metric("millrace_access_log_entries_total"));
      assertEquals("0.0", server.metric("millrace_access_log_dropped_total"));
    }
  }

  @Test
  void jsonLogsHoldValidTraceparentsAndEveryEntryAtStop() throws Exception {
    Path log = aside.resolve("access.json");
    Files.writeString(root.resolve("f"), "x");
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    List<String> noTraces =
        List.of(
            "nonsense",
            trace + "-00",
            trace.toUpperCase(Locale.ROOT),
            "ff" + trace.substring(2),
            trace.replace("0af7651916cd43dd8448eb211c80319c", "0".repeat(32)),
            trace.replace("b7ad6b7169203331", "0".repeat(16)));
    String settings = "access-log: " + log + "\naccess-log-format: json\n";
    try (RunningServer server = RunningServer.start(root, transport(), settings);
        RawClient client = new RawClient(server.address())) {
      for (int i = 0; i < 1_000; i++) {
        client.request(
            "GET",
            "/f",
            "traceparent: " + (i == 0 ? trace : noTraces.get(i % noTraces.size())),
            "User-Agent: a\"b");
        client.body(client.head().contentLength());
      }
    }
    List<String> lines = Files.readAllLines(log);
    assertEquals(1_000, lines.size());
    String first = lines.getFirst();
    assertTrue(first.startsWith("{\"time\":\"20"), first);
    assertTrue(first.contains("\"method\":\"GET\",\"host\":\"test\",\"target\":\"/f\""), first);
    assertTrue(first.contains("\"status\":200,\"bytes\":1,\"duration_seconds\":0."), first);
    assertTrue(
        first.endsWith("\"user_agent\":\"a\\\"b\",\"traceparent\":\"" + trace + "\"}"), first);
    for (String line : lines.subList(1, lines.size())) {
      assertTrue(line.endsWith("\"user_agent\":\"a\\\"b\"}"), line);
    }
  }

  @Test
  void entriesOfAnUnwritableLogAreCountedAsDropped() throws Exception {
    Files.writeString(root.resolve("f"), "x");
    try (RunningServer server = RunningServer.start(root, transport(), "access-log: /dev/full\n")) {
      for (int i = 0; i < 5; i++) {
        assertEquals(200, head(server, "/f").status());
      }
      server.await("millrace_access_log_dropped_total", 5);
    }
  }

  /** Like nginx: the escaped bytes in place of a request line, or a hyphen if there are none. */
  @Test
  void theLogShowsTheRequestLinesOfRejectedRequests() throws Exception {
    Path log = root.resolve("access.log");
    Map<String, String> sent = new LinkedHashMap<>();
    sent.put("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a b HTTP/1.1\" 400");
    sent.put("\r\nPOST /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "POST /x HTTP/1.1\" 400");
    sent.put("HEAD / HTTP/3.0\r\nHost: h\r\n\r\n", "HEAD / HTTP/3.0\" 505");
    sent.put("BREW /pot HTTP/1.1\r\n\r\n", "BREW /pot HTTP/1.1\" 501");
    sent.put("\u0016\u0003\u0001\"\u00ff\r\n", "\\x16\\x03\\x01\\x22\\xFF\" 400");
    sent.put("\r\n\r\n", "-\" 400");
    sent.put("G\\ET / HTTP/1.1\r\n\r\n", "G\\x5CET / HTTP/1.1\" 400");
    sent.put("GET /" + "l".repeat(20_000), "GET /" + "l".repeat(2043) + "\" 414");
    List<String> lines = logOfRejected(log, "", sent.keySet());
    int at = 0;
    for (String expected : sent.values()) {
      assertTrue(lines.get(at).contains("] \"" + expected + " "), lines.get(at));
      assertTrue(lines.get(at).endsWith(" \"-\" \"-\""), lines.get(at));
      at++;
    }
    Files.delete(log);
    List<String> json = logOfRejected(log, "access-log-format: json\n", sent.keySet());
    String whole =
        "\"method\":\"GET\",\"target\":\"/a b\",\"protocol\":\"HTTP/1.1\",\"status\":400";
    assertTrue(json.get(0).contains(whole), json.get(0));
    String tls =
        "\"remote\":\"127.0.0.1\",\"target\":\"\\u0016\\u0003\\u0001\\\"ÿ\",\"status\":400";
    assertTrue(json.get(4).contains(tls), json.get(4));
    assertTrue(json.get(5).contains("\"remote\":\"127.0.0.1\",\"status\":400"), json.get(5));
  }

  private List<String> logOfRejected(Path log, String yaml, Collection<String> requests)
      throws Exception {
    String settings = yaml + "access-log: " + log + "\n";
    try (RunningServer server = RunningServer.start(root, transport(), settings)) {
      for (String request : requests) {
        try (RawClient client = new RawClient(server.address())) {
          client.send(request);
          assertTrue(client.head().status() >= 400, request);
        }
      }
    }
    return Files.readAllLines(log);
  }

  @Test
  void ipv6AddressesAreLoggedInCanonicalForm() throws Exception {
    Path log = root.resolve("access.log");
    String settings = "trusted-proxies: 127.0.0.0/8\naccess-log: " + log + "\n";
    try (RunningServer server = RunningServer.start(root, transport(), settings)) {
      head(server, "/public", "X-Forwarded-For: 2001:DB8:0:0:0:0:0:1");
      String line = lines(log, 1).getFirst();
      assertTrue(line.startsWith("2001:db8::1 - - ["), line);
    }
  }
}
