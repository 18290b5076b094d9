package dev.millrace.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.Http2Client;
import dev.millrace.server.LogLines;
import dev.millrace.server.RawClient;
import dev.millrace.server.RawClient.Head;
import dev.millrace.server.RunningServer;
import dev.millrace.server.StartException;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits of clients, as clients see them. */
class LimitsTest {
  private static final int LARGE = 32 << 20;
  private static final String OTHER = "127.0.0.2";

  @TempDir Path root;
  private final List<RawClient> clients = new ArrayList<>();
  private final LogLines log = new LogLines("dev.millrace");

  @BeforeEach
  void files() throws Exception {
    Files.writeString(root.resolve("a"), "content of a");
    Files.writeString(root.resolve("b"), "content of b");
    Files.write(root.resolve("large"), new byte[LARGE]);
  }

  @AfterEach
  void close() throws Exception {
    closeClients();
    log.close();
  }

  /** Before the server stops, which waits for responses under way. */
  private void closeClients() throws Exception {
    for (RawClient client : clients) {
      client.close();
    }
    clients.clear();
  }

  private RawClient connect(RunningServer server) throws Exception {
    RawClient client = new RawClient(server.address());
    clients.add(client);
    return client;
  }

  private RawClient connectFrom(String local, RunningServer server) throws Exception {
    RawClient client = RawClient.from(local, server.address());
    clients.add(client);
    return client;
  }

  /** A connection with a response under way. */
  private RawClient download(RunningServer server) throws Exception {
    RawClient client = new RawClient(server.address(), 8 << 10);
    clients.add(client);
    client.get("/large");
    assertEquals(200, client.head().status());
    return client;
  }

  private static int status(RawClient client, String target, String... fields) throws Exception {
    return response(client, target, fields).status();
  }

  private static Head response(RawClient client, String target, String... fields) throws Exception {
    client.request("GET", target, fields);
    Head head = client.head();
    var _ = client.body(head);
    return head;
  }

  private static double exceeded(RunningServer server, Limit limit) throws Exception {
    return Double.parseDouble(
        server.metric("millrace_limits_exceeded_total{limit=\"" + limit.label() + "\"}"));
  }

  // ---- connections -----------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "TLS_URING"})
  void aClientHasItsShareOfConnectionsAndOthersHaveTheirs(Via via) throws Exception {
    try (RunningServer server = RunningServer.start(root, via, "max-connections-per-client: 3\n")) {
      RawClient first = download(server);
      var _ = download(server);
      var _ = download(server);
      if (via == Via.TLS_URING) {
        assertThrows(java.io.IOException.class, () -> connect(server));
      } else {
        RawClient fourth = connect(server);
        fourth.get("/a");
        Head refusal = fourth.head();
        assertEquals(503, refusal.status());
        assertEquals("1", refusal.field("retry-after"));
        if (via != Via.NIO) { // which resets the connection
          fourth.awaitEnd();
        }
      }
      assertEquals(1, exceeded(server, Limit.CONNECTIONS_PER_CLIENT));
      assertEquals(1, log.with("max-connections-per-client: refused 127.0.0.1"));
      assertEquals(200, status(connectFrom(OTHER, server), "/a"));
      first.close();
      Await.until(() -> {
        try {
          return status(connect(server), "/a") == 200;
        } catch (java.io.IOException stillRefused) {
          return false;
        }
      });
      closeClients();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void anIdleConnectionOfTheSameClientMakesRoom(Via via) throws Exception {
    try (RunningServer server = RunningServer.start(root, via, "max-connections-per-client: 3\n")) {
      RawClient other = connectFrom(OTHER, server);
      assertEquals(200, status(other, "/a")); // the oldest idle connection, of another client
      List<RawClient> idle = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        idle.add(connect(server));
        assertEquals(200, status(idle.get(i), "/a"));
      }
      assertEquals(200, status(connect(server), "/a"));
      idle.getFirst().awaitEnd();
      assertEquals(200, status(idle.get(2), "/a"));
      assertEquals(200, status(other, "/a"));
      assertEquals(0, exceeded(server, Limit.CONNECTIONS_PER_CLIENT));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void theTotalIsThatOfTheSetting(Via via) throws Exception {
    String yaml = "max-connections: 2\nmax-connections-per-client: off\n";
    try (RunningServer server = RunningServer.start(root, via, yaml)) {
      var _ = download(server);
      var _ = download(server);
      assertEquals(503, status(connect(server), "/a"));
      closeClients();
    }
  }

  @Test
  void moreConnectionsThanDescriptorsAreRefusedAtStart() {
    StartException refused =
        assertThrows(
            StartException.class,
            () -> RunningServer.start(root, Via.URING, "max-connections: 16000000\n"));
    String text = String.valueOf(refused.getMessage());
    assertTrue(text.startsWith("max-connections: 16000000 exceeds "), text);
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aConnectionEndsAfterItsRequests(Via via) throws Exception {
    String yaml = "max-requests-per-connection: 3\nh2c: on\n";
    try (RunningServer server = RunningServer.start(root, via, yaml)) {
      for (int round = 0; round < 2; round++) { // the second time from the cache
        try (RawClient client = new RawClient(server.plainAddress())) {
          assertEquals("", response(client, "/a").field("connection"));
          assertEquals("", response(client, "/a").field("connection"));
          assertEquals("close", response(client, "/a").field("connection"));
          client.awaitEnd();
        }
      }
      try (Http2Client client = Http2Client.open(server.plainAddress())) {
        assertEquals(200, client.get(1, "/a").status());
        assertEquals(200, client.get(3, "/a").status());
        client.request(5, Http2Client.get("/a"));
        client.request(7, Http2Client.get("/a")); // answered or not, it ends the connection once
        assertEquals(Set.of("the response", "GOAWAY"), lastFrames(client));
      }
      assertEquals(3, exceeded(server, Limit.REQUESTS_PER_CONNECTION));
    }
  }

  /** What arrives on the last stream until the connection ends. */
  private static Set<String> lastFrames(Http2Client client) throws Exception {
    Set<String> seen = new TreeSet<>();
    for (Http2Client.Frame frame = client.read(); frame != null; frame = client.read()) {
      if (frame.type() == Http2Client.GOAWAY) {
        seen.add(frame.int32(4) == Http2Client.NO_ERROR ? "GOAWAY" : "an error");
      } else if (frame.stream() == 5 && frame.isEndStream()) {
        seen.add("the response");
      }
    }
    return seen;
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void anOldConnectionEndsWithItsNextResponse(Via via) throws Exception {
    try (RunningServer server = RunningServer.start(root, via, "max-connection-age: 200ms\n")) {
      RawClient client = connect(server);
      var _ =
          Await.until(
              () -> response(client, "/a").field("connection"), field -> field.equals("close"));
      client.awaitEnd();
      assertEquals(1, exceeded(server, Limit.CONNECTION_AGE));
    }
  }

  // ---- requests --------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "TLS_URING"})
  void aClientThatExceedsItsRateGets429AndOthersDoNot(Via via) throws Exception {
    String yaml = "max-request-rate: 1/h\nmax-request-burst: 4\n";
    try (RunningServer server = RunningServer.start(root, via, yaml)) {
      RawClient client = connect(server);
      for (int i = 0; i < 4; i++) { // from the cache, except for the first
        assertEquals(200, status(client, "/a"));
      }
      Head refused = response(client, "/a");
      assertEquals(429, refused.status());
      long wait = Long.parseLong(refused.field("retry-after"));
      assertTrue(wait > 3000 && wait <= 3600, wait + " s");
      assertEquals(429, status(client, "/missing")); // on the same connection
      assertEquals(429, status(connect(server), "/b"));
      assertEquals(200, status(connectFrom(OTHER, server), "/a"));
      assertEquals(3, exceeded(server, Limit.REQUEST_RATE));
      assertEquals(1, log.with("max-request-rate: refused 127.0.0.1"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void streamsOfHttp2CountAsRequests(Via via) throws Exception {
    String yaml = "max-request-rate: 1/h\nmax-request-burst: 2\nh2c: on\n";
    try (RunningServer server = RunningServer.start(root, via, yaml);
        Http2Client client = Http2Client.open(server.plainAddress())) {
      assertEquals(200, client.get(1, "/a").status());
      assertEquals(200, client.get(3, "/a").status());
      assertEquals(429, client.get(5, "/a").status());
      assertTrue(client.get(7, "/a").fields().containsKey("retry-after"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aTrustedProxyNamesTheClientThatIsCounted(Via via) throws Exception {
    String yaml =
        "max-request-rate: 1/h\nmax-request-burst: 1\nmax-connections-per-client: 1\n"
            + "trusted-proxies: 127.0.0.1\n";
    try (RunningServer server = RunningServer.start(root, via, yaml)) {
      RawClient proxy = connect(server);
      RawClient again = connect(server); // a proxy may have more connections than a client
      assertEquals(200, status(proxy, "/a", "X-Forwarded-For: 192.0.2.1"));
      assertEquals(200, status(again, "/a", "X-Forwarded-For: 192.0.2.2"));
      assertEquals(429, status(again, "/a", "X-Forwarded-For: 192.0.2.1"));
      RawClient stranger = connectFrom(OTHER, server); // its claims do not count
      assertEquals(200, status(stranger, "/a", "X-Forwarded-For: 192.0.2.3"));
      assertEquals(429, status(stranger, "/a", "X-Forwarded-For: 192.0.2.4"));
    }
  }

  // ---- rules -----------------------------------------------------------------------------------

  private static final String RULES =
      """
      h2c: on
      request-rules:
        - {match: /robots.txt, action: allow}
        - {user-agent: [GPTBot, "Bytespider"], action: deny}
        - {address: 127.0.0.2, match: "/b", action: deny}
        - {match: "/large*", action: limit, rate: 1/h, burst: 1}
        - {match: "/shared", action: limit, rate: 1/h, burst: 2, per: rule}
        - {match: "/token", action: limit, rate: 1/h, burst: 1, per: credentials}
      """;

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void theFirstRuleThatMatchesDecidesAlsoForCachedResponses(Via via) throws Exception {
    Files.writeString(root.resolve("robots.txt"), "User-agent: *\nDisallow: /\n");
    Files.writeString(root.resolve("shared"), "s");
    Files.writeString(root.resolve("token"), "t");
    String bot = "User-Agent: Mozilla/5.0 (compatible; gptbot/1.2; +https://example.org)";
    try (RunningServer server = RunningServer.start(root, via, RULES)) {
      RawClient client = new RawClient(server.plainAddress());
      clients.add(client);
      RawClient other = RawClient.from(OTHER, server.plainAddress());
      clients.add(other);
      for (int i = 0; i < 3; i++) {
        assertEquals(200, status(client, "/a"));
        assertEquals(403, status(client, "/a", bot));
        assertEquals(200, status(client, "/robots.txt", bot));
        assertEquals(200, status(client, "/b"));
        assertEquals(403, status(other, "/b"));
        assertEquals(403, status(other, "/%62")); // the decoded path counts
        assertEquals(403, status(other, "/./b?x=1"));
      }
      assertEquals(206, status(client, "/large", "Range: bytes=0-9"));
      assertEquals(429, status(client, "/large", "Range: bytes=0-9"));
      assertEquals(206, status(other, "/large", "Range: bytes=0-9"));
      assertEquals(200, status(client, "/shared"));
      assertEquals(200, status(other, "/shared"));
      assertEquals(429, status(client, "/shared"));
      assertEquals(200, status(client, "/token", "Authorization: Bearer a"));
      assertEquals(200, status(client, "/token", "Authorization: Bearer b"));
      assertEquals(429, status(other, "/token", "Authorization: Bearer a"));
      try (Http2Client two = Http2Client.open(server.plainAddress())) {
        assertEquals(200, two.get(1, "/a").status());
        assertEquals(403, two.get(3, "/a", "user-agent", "gptbot").status());
        assertEquals(429, two.get(5, "/large").status());
      }
      assertEquals(13, exceeded(server, Limit.DENY));
      assertEquals(4, exceeded(server, Limit.RULE_RATE));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aRuleChargesTheBytesOfResponses(Via via) throws Exception {
    String rules =
        """
        h2c: on
        request-rules:
          - {match: ["/large", "/a"], action: limit, bytes: 1MiB/h, bytes-burst: 1MiB}
          - {match: /b, action: limit, bytes: 1/h, per: credentials}
        """;
    try (RunningServer server = RunningServer.start(root, via, rules)) {
      RawClient client = new RawClient(server.plainAddress());
      clients.add(client);
      RawClient other = RawClient.from(OTHER, server.plainAddress());
      clients.add(other);
      for (int i = 0; i < 20; i++) {
        assertEquals(200, status(client, "/a")); // 240 bytes in all
      }
      assertEquals(206, status(client, "/large", "Range: bytes=0-2097151"));
      Head refused = response(client, "/a");
      assertEquals(429, refused.status());
      long seconds = Long.parseLong(refused.field("retry-after"));
      assertTrue(seconds > 3590 && seconds <= 3601, "for 1 MiB and some bytes: " + seconds);
      assertEquals(429, status(client, "/large"));
      assertEquals(200, status(other, "/a"));
      assertEquals(200, status(client, "/b", "Authorization: Bearer a"));
      assertEquals(200, status(client, "/b", "Authorization: Bearer b"));
      assertEquals(429, status(other, "/b", "Authorization: Bearer a"));
      try (Http2Client two = Http2Client.open(server.plainAddress())) {
        assertEquals(429, two.get(1, "/a").status());
        assertEquals(200, two.get(3, "/b", "authorization", "Bearer c").status());
        assertEquals(429, two.get(5, "/b", "authorization", "Bearer c").status());
      }
      assertEquals(5, exceeded(server, Limit.RULE_BYTES));
      assertEquals(0, exceeded(server, Limit.RULE_RATE));
    }
  }

  // ---- rates of sending ------------------------------------------------------------------------

  @Test
  void aConnectionIsSentNoMoreThanItsRate() throws Exception {
    try (RunningServer server =
        RunningServer.start(root, Via.URING, "max-send-rate: 4MiB\nmin-send-rate: off\n")) {
      RawClient client = connect(server);
      long began = System.nanoTime();
      client.request("GET", "/large", "Range: bytes=0-" + ((8 << 20) - 1));
      assertEquals(8 << 20, client.body(client.head()).length);
      double seconds = (System.nanoTime() - began) / 1e9;
      assertTrue(seconds > 1, "8 MiB in " + seconds + " s");
    }
  }

  @Test
  void theConnectionsOfAClientShareItsRate() throws Exception {
    String yaml = "max-send-rate-per-client: 8MiB\nmin-send-rate: off\n";
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      List<RawClient> four = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        four.add(connect(server));
        assertEquals(200, status(four.get(i), "/a"));
      }
      long began = System.nanoTime();
      for (RawClient client : four) {
        client.request("GET", "/large", "Range: bytes=0-" + ((4 << 20) - 1));
      }
      for (RawClient client : four) {
        assertEquals(4 << 20, client.body(client.head()).length);
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      assertTrue(seconds > 1, "16 MiB in " + seconds + " s");
    }
  }

  @Test
  void theRateOfAConnectionRequiresTheRing() {
    StartException refused =
        assertThrows(
            StartException.class,
            () -> RunningServer.start(root, Via.NIO, "max-send-rate: 4MiB\n"));
    assertEquals("max-send-rate: requires io_uring; the transport is NIO", refused.getMessage());
  }
}
