package dev.millrace.acme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.HttpConnector;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeNetworkException;

/** Responses that no authority should send. */
class AuthorityConnectionTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private ServerSocket server;
  private Session session;
  private HttpClient client;
  private AuthorityConnection connection;
  private final List<Instant> busy = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final CountDownLatch answered = new CountDownLatch(1);

  @BeforeEach
  void connect() throws Exception {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    session = new Session("http://127.0.0.1:" + server.getLocalPort());
    client = HttpClient.newHttpClient();
    connection =
        new AuthorityConnection(
            new HttpConnector(session.networkSettings(), client),
            InstantSource.fixed(NOW),
            busy::add);
  }

  @AfterEach
  void close() throws IOException {
    client.shutdownNow();
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** Sends bytes as the response to one request, and leaves the connection open. */
  private void respond(String response) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            Socket socket = server.accept();
            sockets.add(socket);
            var _ = socket.getInputStream().read();
            socket.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
            answered.countDown();
          } catch (IOException ended) {
            // the test has ended
          }
        });
  }

  private int get() throws AcmeException {
    URI url = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/");
    try {
      return connection.sendRequest(url.toURL(), session, null);
    } catch (java.net.MalformedURLException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private Throwable failure() {
    return assertThrows(AcmeNetworkException.class, this::get).getCause();
  }

  @Test
  void aBodyThatNeverEndsIsTimedOut() {
    session.networkSettings().setTimeout(Duration.ofSeconds(1));
    respond("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    Throwable cause = failure();
    assertTrue(cause instanceof HttpTimeoutException, "" + cause);
    assertEquals(0, answered.getCount(), "the head had come");
  }

  @Test
  void aHeadThatNeverComesIsTimedOut() {
    session.networkSettings().setTimeout(Duration.ofSeconds(1));
    respond("");
    Throwable cause = failure();
    assertTrue(cause instanceof HttpTimeoutException, "" + cause);
  }

  @Test
  void aBodyOfMoreThanAMebibyteIsRefused() {
    respond("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + "x".repeat(2_000_000));
    Throwable cause = failure();
    assertTrue(
        cause instanceof IOException && !(cause instanceof HttpTimeoutException), "" + cause);
  }

  @Test
  void anInterruptEndsARequestAndIsKept() throws Exception {
    respond("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    Thread caller = Thread.currentThread();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            answered.await();
            caller.interrupt();
          } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
          }
        });
    Throwable cause = failure();
    assertTrue(Thread.interrupted());
    assertTrue(cause instanceof InterruptedIOException, "" + cause);
  }

  @ParameterizedTest
  @CsvSource({
    "120, 2026-01-01T00:02:00Z",
    "'Thu, 01 Jan 2026 01:00:00 GMT', 2026-01-01T01:00:00Z",
    "soon,",
    "-1,",
    "99999999999999999999,"
  })
  void retryAfterIsByThisMachinesClock(String field, Instant expected) throws Exception {
    respond(
        "HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nRetry-After: "
            + field
            + "\r\nContent-Length: 2\r\n\r\n{}");
    assertEquals(200, get());
    assertEquals(Optional.ofNullable(expected), connection.getRetryAfter());
    assertEquals(List.of(), busy);
  }

  @ParameterizedTest
  @CsvSource({"429, 1", "503, 1", "500, 0"})
  void aBusyAuthorityIsReported(int status, int reports) {
    respond("HTTP/1.1 " + status + " Busy\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n");
    assertThrows(AcmeException.class, this::get);
    assertEquals(reports, busy.size());
  }
}
