package dev.millrace.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.config.SettingsException;
import dev.millrace.server.Answered;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Another service decides which requests are allowed. */
class ForwardAuthTest {
  @TempDir Path root;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer service;
  private volatile Headers seen = new Headers();
  private volatile String seenMethod = "";

  @BeforeEach
  void start() throws Exception {
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.setExecutor(threads);
    service.createContext("/verify", this::verify);
    service.start();
    Files.createDirectory(root.resolve("private"));
    Files.writeString(root.resolve("private/f"), "secret");
    Files.writeString(root.resolve("open"), "open");
  }

  @AfterEach
  void stop() {
    service.stop(0);
    threads.shutdownNow();
  }

  private void verify(HttpExchange exchange) throws IOException {
    seen = exchange.getRequestHeaders();
    seenMethod = exchange.getRequestMethod();
    String cookie = String.valueOf(seen.getFirst("Cookie"));
    byte[] body = "log in first".getBytes(StandardCharsets.UTF_8);
    if (cookie.equals("session=ok")) {
      exchange.getResponseHeaders().add("X-User", "alice");
      exchange.sendResponseHeaders(204, -1);
    } else if (cookie.startsWith("status=")) {
      exchange.getResponseHeaders().add("WWW-Authenticate", "Bearer");
      exchange.getResponseHeaders().add("X-Internal", "not for clients");
      exchange.sendResponseHeaders(Integer.parseInt(cookie.substring(7)), body.length);
      exchange.getResponseBody().write(body);
    } else if (cookie.equals("huge")) {
      exchange.sendResponseHeaders(401, 1 << 20);
      exchange.getResponseBody().write(new byte[1 << 20]);
    } else {
      exchange.getResponseHeaders().add("Location", "https://login.example.org/?rd=x");
      exchange.getResponseHeaders().add("Set-Cookie", "csrf=1; Secure");
      exchange.getResponseHeaders().add("Set-Cookie", "next=2; Secure");
      exchange.sendResponseHeaders(302, -1);
    }
    exchange.close();
  }

  private String rule() {
    return "auth: [{path: /private/, user: X-User, forward: 'http://127.0.0.1:"
        + service.getAddress().getPort()
        + "/verify'}]\n";
  }

  @ParameterizedTest
  @EnumSource
  void theServiceDecides(Via via) throws Exception {
    try (RunningServer server = RunningServer.start(root, via, rule())) {
      for (int i = 0; i < 3; i++) {
        Answered login = Answered.get(server, 302, "/private/f?a=b");
        assertEquals("https://login.example.org/?rd=x", login.field("location"));
        assertTrue(login.head().toString().contains("next=2"), login.head().toString());
        assertEquals("no-store", login.field("cache-control"));
        assertEquals("/private/f?a=b", seen.getFirst("X-Forwarded-Uri"));
        assertEquals("GET", seen.getFirst("X-Forwarded-Method"));
        assertEquals("127.0.0.1", seen.getFirst("X-Forwarded-For"));
        assertEquals("GET", seenMethod);
        assertEquals(
            "secret", Answered.get(server, 200, "/private/f", "Cookie: session=ok").text());
        Answered denied = Answered.get(server, 403, "/private/f", "Cookie: status=403");
        assertEquals("log in first", denied.text());
        assertEquals("", denied.field("x-internal"));
        assertEquals(
            "Bearer",
            Answered.get(server, 401, "/private/f", "Cookie: status=401")
                .field("www-authenticate"));
        assertEquals(302, Answered.to(server, "HEAD", "/private/f").status());
        assertEquals("HEAD", seen.getFirst("X-Forwarded-Method"));
        assertEquals("open", Answered.get(server, 200, "/open").text());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aServiceThatFailsAllowsNothing(Via via) throws Exception {
    try (RunningServer server = RunningServer.start(root, via, rule())) {
      for (String cookie : new String[] {"status=500", "status=404", "status=304", "huge"}) {
        Answered refused = Answered.get(server, 503, "/private/f", "Cookie: " + cookie);
        assertEquals("1", refused.field("retry-after"), cookie);
      }
      service.stop(0);
      Answered.get(server, 503, "/private/f", "Cookie: session=ok");
      assertEquals("open", Answered.get(server, 200, "/open").text());
    }
  }

  @Test
  void theUserIsInTheAccessLog() throws Exception {
    Path log = root.resolve(".log");
    try (RunningServer server =
        RunningServer.start(root, Via.URING, rule() + "access-log: " + log + "\n")) {
      Answered.get(server, 200, "/private/f", "Cookie: session=ok");
    }
    assertTrue(Files.readString(log).contains(" alice "), Files.readString(log));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          forward: 'ftp://h/'                | is not a URL
          forward: '/verify'                 | is not a URL
          forward: 'http://'                 | is not a URL
          forward: 'http://h/', bearer: f    | so it is set alone
          forward: 'http://h/', user: 'a b'  | is not the name of a field
          """)
  void wrongRulesAreRefused(String rule, String message) {
    SettingsException refused =
        assertThrows(
            SettingsException.class,
            () -> RunningServer.settings(root, Via.URING, "auth: [{path: /, " + rule + "}]\n"));
    assertTrue(String.valueOf(refused.getMessage()).contains(message), refused.getMessage());
  }
}
