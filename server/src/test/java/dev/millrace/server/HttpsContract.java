package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.RawClient.Head;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS itself: versions, resumption, hostile handshakes, redirects. */
abstract class HttpsContract {
  private static final String REQUEST = "GET /f HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @TempDir Path root;
  @TempDir Path work;

  abstract Via transport();

  @BeforeEach
  void makeFile() throws Exception {
    Files.writeString(root.resolve("f"), "content");
  }

  private RunningServer start(String yaml) throws Exception {
    return RunningServer.start(root, transport(), yaml);
  }

  private static String port(RunningServer server) {
    return "" + server.address().getPort();
  }

  /** Runs openssl s_client, which sends one request and reads to the end. */
  private static Programs.Result client(RunningServer server, String options) throws Exception {
    return Programs.run(
        "bash",
        "-c",
        "printf 'GET /f HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' | openssl"
            + " s_client -connect 127.0.0.1:"
            + port(server)
            + " -ign_eof -CAfile "
            + TestTls.certificate()
            + " "
            + options);
  }

  @ParameterizedTest
  @CsvSource({
    "1.2,-tls1_2,true",
    "1.2,-tls1_3,true",
    "1.2,-tls1_1 -cipher DEFAULT@SECLEVEL=0,false",
    "1.3,-tls1_2,false",
    "1.3,-tls1_3,true",
    "1.2,-tls1_2 -cipher AES128-SHA,false",
    "1.2,-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305,true",
    "1.2,-alpn h2,false",
    "1.2,'-alpn h2,http/1.1',true"
  })
  void onlyRecommendedVersionsSuitesAndProtocolsAreAccepted(
      String min, String options, boolean accepted) throws Exception {
    try (RunningServer server = start("http2: off\ntls-min-version: \"" + min + "\"\n")) {
      Programs.Result result = client(server, options);
      assertEquals(accepted, result.out().contains("HTTP/1.1 200 OK"), result.toString());
      if (accepted) {
        assertTrue(result.out().contains("Verify return code: 0 (ok)"), result.out());
      } else {
        server.await("millrace_tls_handshake_failures_total{reason=\"nothing_in_common\"}", 1);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"-tls1_2,''", "-tls1_3,''", "-tls1_3,-servername localhost"})
  void sessionsAreResumedByTickets(String version, String name) throws Exception {
    Path session = work.resolve("session");
    try (RunningServer server = start("")) {
      String options = version + " " + name;
      Programs.Result first = client(server, options + " -sess_out " + session);
      assertTrue(first.out().contains("New, TLS"), first.out());
      assertFalse(first.out().contains("Max Early Data: 1"), "early data is not offered");
      Programs.Result second = client(server, options + " -sess_in " + session);
      assertTrue(second.out().contains("Reused, TLS"), second.out());
      assertTrue(second.out().contains("HTTP/1.1 200 OK"), second.out());
      String series =
          "millrace_tls_handshake_duration_seconds_count{resumed=\"%s\",version=\"TLSv1.%s\"}";
      String minor = version.substring(version.length() - 1);
      server.await(series.formatted(false, minor), 1);
      server.await(series.formatted(true, minor), 1);
    }
  }

  @Test
  void plainHttpOnTheTlsPortGets400() throws Exception {
    try (RunningServer server = start("");
        RawClient plain = new RawClient(server.rawTlsAddress())) {
      plain.send(REQUEST);
      Head head = plain.head();
      assertEquals(400, head.status());
      assertTrue(new String(plain.body(head), StandardCharsets.US_ASCII).contains("https://"));
      assertTrue(plain.atEnd());
      server.await("millrace_tls_handshake_failures_total{reason=\"plain_http\"}", 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0000garbage", "\u0080\u002e\u0001\u0000\u0002", "ssh-2.0\r\n"})
  void otherProtocolsAreClosedWithoutAWord(String bytes) throws Exception {
    try (RunningServer server = start("");
        RawClient client = new RawClient(server.rawTlsAddress())) {
      client.send(bytes);
      assertTrue(client.atEnd());
      server.await("millrace_tls_handshake_failures_total{reason=\"not_tls\"}", 1);
    }
  }

  /** A record header that promises a ClientHello of 64 KiB, in records of 16 KiB. */
  @Test
  void aClientHelloOf64KibibytesIsRefused() throws Exception {
    try (RunningServer server = start("");
        RawClient client = new RawClient(server.rawTlsAddress())) {
      String header = "\u0016\u0003\u0001\u0040\u0000";
      String begin = "\u0001\u0001\u0000\u0000\u0003\u0003";
      client.send(header + begin + "x".repeat(16_384 - begin.length()));
      int alert = client.in().read();
      assertTrue(alert == 21 || alert < 0, "an alert, not " + alert);
      server.await("millrace_tls_handshake_failures_total{reason=\"protocol\"}", 1);
    }
  }

  @Test
  void aHandshakeInPiecesOfOneByteCompletes() throws Exception {
    try (RunningServer server = start("");
        Socket pieces = new OneByteSocket(server.rawTlsAddress());
        SSLSocket tls = TestTls.over(pieces, server.rawTlsAddress())) {
      tls.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
      assertEquals('H', tls.getInputStream().read());
    }
  }

  private static final class OneByteSocket extends Socket {
    OneByteSocket(InetSocketAddress address) throws IOException {
      super(address.getAddress(), address.getPort());
      setTcpNoDelay(true);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          for (int i = from; i < from + length; i++) {
            out.write(bytes[i]);
            out.flush();
          }
        }
      };
    }
  }

  @Test
  void aHandshakeThatDoesNotCompleteInTimeIsEnded() throws Exception {
    try (RunningServer server = start("tls-handshake-timeout: 300ms\n");
        RawClient silent = new RawClient(server.rawTlsAddress());
        RawClient partial = new RawClient(server.rawTlsAddress())) {
      partial.send("\u0016\u0003\u0001\u0002");
      assertTrue(silent.atEnd());
      assertTrue(partial.atEnd());
      server.await("millrace_tls_handshake_failures_total{reason=\"timeout\"}", 2);
      server.await("millrace_tls_handshakes_active", 0);
    }
  }

  /** A client of TLS 1.3 asks for new keys again and again, one of TLS 1.2 for a new handshake. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void keyUpdatesAreBoundedAndRenegotiationIsRefused(String version) throws Exception {
    try (RunningServer server = start("");
        Socket socket = new Socket("127.0.0.1", server.rawTlsAddress().getPort());
        SSLSocket tls =
            (SSLSocket)
                TestTls.context()
                    .getSocketFactory()
                    .createSocket(socket, "127.0.0.1", socket.getPort(), true)) {
      tls.setEnabledProtocols(new String[] {version});
      tls.setSoTimeout(60_000);
      tls.startHandshake();
      exchange(tls); // the connection works, also after the answer to one key update
      if (version.equals("TLSv1.3")) {
        tls.startHandshake();
        exchange(tls);
      }
      assertThrows(
          IOException.class,
          () -> {
            for (int i = 0; i < 1000; i++) {
              tls.startHandshake();
            }
            exchange(tls);
          });
    }
  }

  private static void exchange(SSLSocket tls) throws IOException {
    tls.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
    InputStream in = tls.getInputStream();
    StringBuilder response = new StringBuilder();
    while (!response.toString().endsWith("content")) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("ended after " + response);
      }
      response.append((char) b);
    }
    assertTrue(response.toString().startsWith("HTTP/1.1 200 OK"), response.toString());
  }

  /** The client's stream ends without close_notify in the middle of a request. */
  @Test
  void aRequestThatIsCutOffIsNotServed() throws Exception {
    try (RunningServer server = start("");
        Socket socket = new Socket("127.0.0.1", server.rawTlsAddress().getPort());
        SSLSocket tls = TestTls.over(socket, server.rawTlsAddress())) {
      tls.getOutputStream()
          .write("GET /f HTTP/1.1\r\nHost: h\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      assertTrue(endsWithoutAByte(tls.getInputStream()));
      assertEquals(
          0.0,
          server
              .metrics()
              .lines()
              .filter(line -> line.startsWith("http_server_request_duration_seconds_count"))
              .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
              .sum());
    }
  }

  /** JSSE's client may also reject that its own stream has ended. */
  private static boolean endsWithoutAByte(InputStream in) {
    try {
      return in.read() < 0;
    } catch (IOException ended) {
      return true;
    }
  }

  @Test
  void plainRequestsAreRedirectedExceptWellKnownOnesAndHstsIsForHttpsOnly() throws Exception {
    Files.createDirectories(root.resolve(".well-known/acme-challenge"));
    Files.writeString(root.resolve(".well-known/acme-challenge/token"), "proof");
    Settled.await(root);
    String yaml = "redirect-http: 8443\nhsts: 8760h\nhsts-subdomains: on\ndotfiles: on\n";
    try (RunningServer server = start(yaml);
        RawClient plain = new RawClient(server.plainAddress());
        RawClient secure = new RawClient(server.address())) {
      for (int i = 0; i < 3; i++) { // the first responses fill the cache
        plain.send("GET /f?a=b HTTP/1.1\r\nHost: example.org:80\r\n\r\n");
        Head moved = plain.head();
        assertEquals(308, moved.status());
        assertEquals("https://example.org:8443/f?a=b", moved.field("location"));
        assertFalse(moved.fields().containsKey("strict-transport-security"));
        plain.body(moved);
        plain.get("/.well-known/acme-challenge/token");
        Head served = plain.head();
        assertEquals("proof", new String(plain.body(served), StandardCharsets.US_ASCII));
        assertFalse(served.fields().containsKey("strict-transport-security"));
        secure.get("/f");
        Head head = secure.head();
        assertEquals(200, head.status());
        assertEquals(
            "max-age=31536000; includeSubDomains", head.field("strict-transport-security"));
        secure.body(head);
        secure.get("/missing");
        Head missing = secure.head();
        assertTrue(missing.fields().containsKey("strict-transport-security"));
        secure.body(missing);
      }
    }
  }

  /** The client sees the PROXY header's address in the log; the header precedes TLS. */
  @Test
  void theProxyHeaderPrecedesTls() throws Exception {
    Path log = work.resolve("access.log");
    String yaml =
        "trusted-proxies: [127.0.0.1]\nproxy-protocol: on\naccess-log-format: json\naccess-log: "
            + log
            + "\n";
    try (RunningServer server = start(yaml);
        Socket socket = new Socket("127.0.0.1", server.rawTlsAddress().getPort())) {
      socket
          .getOutputStream()
          .write("PROXY TCP4 192.0.2.7 127.0.0.1 5 443\r\n".getBytes(StandardCharsets.US_ASCII));
      try (SSLSocket tls = TestTls.over(socket, server.rawTlsAddress())) {
        exchange(tls);
      }
      String entry = Await.until(() -> Files.readString(log), text -> !text.isEmpty());
      assertTrue(entry.contains("\"remote\":\"192.0.2.7\""), entry);
    }
  }

  @Test
  void theSelfSignedCertificateAndItsCurlCommandArePrinted() throws Exception {
    String yaml = "tls-listen: 127.0.0.1:0\ntls-self-signed: on\n";
    Via plain = transport() == Via.TLS_NIO ? Via.NIO : Via.URING;
    try (RunningServer server = RunningServer.start(root, plain, yaml)) {
      List<String> lines = server.greeting().lines().toList();
      assertEquals(2, lines.size(), server.greeting());
      String command = lines.getLast().substring(lines.getLast().indexOf("curl "));
      Programs.Result pinned =
          Programs.run("bash", "-c", command.replace("curl ", "curl -sS ") + "f");
      assertEquals("content", pinned.out(), pinned.err());
      String other = command.replaceFirst("sha256//[^ ]*", "sha256//" + "A".repeat(43) + "=");
      assertEquals(90, Programs.run("bash", "-c", other + "f").exitCode(), "another key");
    }
  }
}
