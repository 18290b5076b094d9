package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.http.exchange.BodyUse;
import dev.millrace.http.exchange.Connections;
import dev.millrace.http.exchange.EngineLoop;
import dev.millrace.http.exchange.ExchangeFactory;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.http.http1.Http1Loop;
import dev.millrace.http.parser.HttpLimits;
import dev.millrace.http.parser.ParserStats;
import dev.millrace.net.AddressText;
import dev.millrace.proxy.Cidr;
import dev.millrace.proxy.TrustedProxies;
import dev.millrace.server.RawClient.Head;
import dev.millrace.transport.Admission;
import dev.millrace.transport.TransportChoice;
import io.undertow.server.HttpHandler;
import io.undertow.util.HttpString;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client address that handlers see, with and without proxies, on both transports. */
abstract class ProxiesContract {
  private static final List<Cidr> LOOPBACK = List.of(Cidr.parse("127.0.0.0/8"));
  private static final String END = "\r\n\r\n";
  private static final String GET = "GET / HTTP/1.1\r\nHost: a.example" + END;

  /** Responds with the client address, its port, scheme and host, and the remaining fields. */
  private static final HttpHandler ECHO =
      exchange -> {
        InetSocketAddress source = exchange.getSourceAddress();
        String left =
            exchange.getRequestHeaders().getHeaderNames().stream()
                .map(HttpString::toString)
                .filter(name -> name.contains("orwarded"))
                .toList()
                .toString();
        exchange
            .getResponseSender()
            .send(
                String.join(
                    " ",
                    AddressText.of(source.getAddress()),
                    source.getPort() == 0 ? "0" : source.getPort() == 4711 ? "4711" : "any",
                    exchange.getRequestScheme(),
                    exchange.getHostName(),
                    left));
      };

  private Transport transport;
  private Listeners listeners;

  abstract TransportChoice choice();

  @BeforeEach
  void open() throws Exception {
    transport =
        Transport.open(
            ServerRuntime.SYSTEM,
            choice(),
            1,
            false,
            0,
            failure -> {
              throw new AssertionError(failure);
            },
            true);
  }

  @AfterEach
  void close() throws Exception {
    listeners.close();
    assertTrue(transport.stop(TimeUnit.SECONDS.toNanos(20)));
  }

  private void listen(TrustedProxies trust) throws Exception {
    HttpLimits limits = HttpLimits.DEFAULT.withHeadTimeout(Duration.ofMillis(500));
    ServerSettings settings =
        RunningServer.settings(Path.of("."), Via.plain(choice()), "", limits, trust);
    listeners =
        Listeners.open(
            transport,
            settings,
            InheritedSockets.none(),
            List.of(
                new Listeners.Door(
                    ServerSettings.LISTEN,
                    settings.get(ServerSettings.LISTEN),
                    List.of(Listeners.opening(http(settings, limits), settings)),
                    List.of(Admission.UNBOUNDED))));
  }

  private static Http1Loop http(ServerSettings settings, HttpLimits limits) {
    return new Http1Loop(
        new EngineLoop(
            new ExchangeFactory(
                Listeners.front(
                    ECHO,
                    _ -> BodyUse.DISCARD,
                    UnaryOperator.identity(),
                    settings,
                    new ExchangeFailures())),
            limits,
            new ParserStats(),
            new Connections(System::nanoTime, settings.get(ServerSettings.IDLE_TIMEOUT))),
        _ -> null,
        null);
  }

  private RawClient connect() throws Exception {
    return new RawClient(listeners.internetAddresses(0).getFirst());
  }

  private static void assertEcho(String expected, RawClient client) throws Exception {
    Head head = client.head();
    assertEquals(200, head.status());
    assertEquals(
        expected, new String(client.body(head.contentLength()), StandardCharsets.US_ASCII));
  }

  private void assertClient(String expected, String... fields) throws Exception {
    try (RawClient client = connect()) {
      client.send("GET / HTTP/1.1\r\nHost: a.example\r\n" + String.join("\r\n", fields) + END);
      assertEcho(expected + " []", client);
    }
  }

  @Test
  void untrustedProxiesAreIgnored() throws Exception {
    listen(new TrustedProxies(List.of(Cidr.parse("10.0.0.0/8")), false, true));
    assertClient("127.0.0.1 any http a.example", "X-Forwarded-For: 192.0.2.1");
    assertClient("127.0.0.1 any http a.example", "Forwarded: for=192.0.2.1;proto=https;host=b");
    assertClient("127.0.0.1 any http a.example", "X-Forwarded-Proto: https", "X-Forwarded-Host: b");
    try (RawClient client = connect()) {
      client.send("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + GET);
      assertEquals(400, client.head().status(), "a PROXY header is not a request");
    }
  }

  @Test
  void theLastUntrustedAddressIsTheClient() throws Exception {
    listen(
        new TrustedProxies(List.of(LOOPBACK.getFirst(), Cidr.parse("10.0.0.0/8")), false, false));
    assertClient("127.0.0.1 any http a.example", "X: y");
    assertClient("192.0.2.1 0 http a.example", "X-Forwarded-For: 192.0.2.1");
    assertClient("192.0.2.1 0 http a.example", "X-Forwarded-For: 6.6.6.6, 192.0.2.1, 10.0.0.1");
    assertClient("10.0.0.2 0 http a.example", "X-Forwarded-For: 10.0.0.2 ,10.0.0.1");
    assertClient("192.0.2.1 4711 http a.example", "X-Forwarded-For: 192.0.2.1:4711");
    assertClient("2001:db8::1 0 http a.example", "X-Forwarded-For: 2001:db8::1");
    assertClient("10.0.0.1 0 http a.example", "X-Forwarded-For: 6.6.6.6, unknown, 10.0.0.1");
    assertClient("127.0.0.1 any http a.example", "X-Forwarded-For: localhost");
    assertClient(
        "192.0.2.1 0 https b.example",
        "X-Forwarded-For: 192.0.2.1",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: b.example:8443");
    assertClient(
        "192.0.2.1 0 http a.example",
        "X-Forwarded-For: 192.0.2.1",
        "X-Forwarded-Proto: gopher",
        "X-Forwarded-Host: b/c");
    assertClient(
        "192.0.2.1 0 https c",
        "X-Forwarded-For: 6.6.6.6, 192.0.2.1",
        "X-Forwarded-Proto: http, https",
        "X-Forwarded-Host: b, c");
  }

  @Test
  void theForwardedFieldIsReadLikeXForwardedFor() throws Exception {
    listen(
        new TrustedProxies(List.of(LOOPBACK.getFirst(), Cidr.parse("10.0.0.0/8")), false, false));
    assertClient("192.0.2.1 0 http a.example", "Forwarded: for=192.0.2.1");
    assertClient(
        "2001:db8::1 4711 https b",
        "Forwarded: For=6.6.6.6;host=evil, for=\"[2001:db8::1]:4711\";proto=https;host=b",
        "Forwarded: for=10.0.0.1;by=10.0.0.2");
    assertClient("192.0.2.1 0 http a.example", "Forwarded: for=_hidden, for=192.0.2.1");
    assertClient("127.0.0.1 any http a.example", "Forwarded: for=192.0.2.1, for=_hidden");
    assertClient("127.0.0.1 any http a.example", "Forwarded: for=192.0.2.1 proto=https");
    assertClient("127.0.0.1 any http a.example", "Forwarded: for=\"192.0.2.1");
    assertClient("192.0.2.1 0 http b", "Forwarded: x=\"a\\\"b,c\" ; host=\"\\b\";for=192.0.2.1");
    assertClient(
        "192.0.2.1 0 http a.example", "X-Forwarded-For: 6.6.6.6", "Forwarded: for=192.0.2.1");
  }

  @Test
  void aTrustedProxysProxyHeaderSetsTheClient() throws Exception {
    listen(new TrustedProxies(LOOPBACK, false, true));
    try (RawClient client = connect()) {
      client.send("PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n" + GET + GET);
      assertEcho("192.0.2.1 4711 http a.example []", client);
      assertEcho("192.0.2.1 4711 http a.example []", client);
      client.send("GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: 6.6.6.6" + END);
      assertEcho("192.0.2.1 4711 http a.example []", client);
      client.send("GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close" + END);
      assertEcho("192.0.2.1 4711 http a.example []", client);
      assertTrue(client.atEnd());
    }
    try (RawClient client = connect()) {
      String header =
          "\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u000c\u00c0\0\2\1\u00c0\0\2\2\u0012\u0067\0\120";
      for (char c : (header + GET).toCharArray()) {
        client.send(String.valueOf(c));
        Thread.sleep(1);
      }
      assertEcho("192.0.2.1 4711 http a.example []", client);
    }
    String unix = "\r\n\r\n\0\r\nQUIT\n\u0021\u0031\0\u00d8" + "/run/a".repeat(36);
    String datagrams = "\r\n\r\n\0\r\nQUIT\n\u0021\u0012\0\u000c" + "\1".repeat(12);
    for (String header : List.of("PROXY UNKNOWN\r\n", unix, datagrams)) {
      try (RawClient client = connect()) {
        client.send(header + GET);
        assertEcho("127.0.0.1 any http a.example []", client);
      }
    }
  }

  @Test
  void aTrustedProxyWithoutAProxyHeaderIsDisconnected() throws Exception {
    listen(new TrustedProxies(LOOPBACK, false, true));
    for (String first : List.of(GET, "PROXY TCP4 x y 1 2\r\n" + GET, "PROXY TCP4 192.", "")) {
      try (RawClient client = connect()) {
        client.send(first);
        assertEnds(client);
      }
    }
  }

  /** Expects the connection to end, by end of stream or a reset, without any bytes. */
  private static void assertEnds(RawClient client) throws Exception {
    try {
      assertTrue(client.atEnd());
    } catch (SocketException reset) {
      assertEquals("Connection reset", reset.getMessage());
    }
  }
}
