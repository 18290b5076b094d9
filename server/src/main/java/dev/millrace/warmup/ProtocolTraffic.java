package dev.millrace.warmup;

import dev.millrace.warmup.WarmUpClient.Ask;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The requests of the warm-up over HTTPS and HTTP/2, as far as the server offers them. Not
 * thread-safe.
 */
final class ProtocolTraffic implements Closeable {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  private static final int CONNECTIONS = 6;

  /** Requests that a connection of HTTP/2 sends at once. */
  private static final int STREAMS = 8;

  /** One of so many rounds begins with a handshake; every second one resumes a session. */
  private static final int ROUNDS_A_HANDSHAKE = 3;

  private static final int ROUNDS_A_LARGE_FILE = 8;

  /** Where the server offers what. */
  record Addresses(
      @Nullable InetSocketAddress tls,
      boolean http2,
      @Nullable InetSocketAddress http2PriorKnowledge) {
    static final Addresses NONE = new Addresses(null, false, null);
  }

  /** Accepts every certificate: the server is this process. */
  private static final class TrustAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private final Addresses addresses;
  private final List<byte[]> requests;
  private final byte[] large = Http2WarmUpClient.request("GET", "/large");
  private final List<SSLSocket> http1 = new ArrayList<>();
  private final List<Http2WarmUpClient> http2 = new ArrayList<>();
  private final byte[] skipped = new byte[64 << 10];
  private SSLContext context;
  private int handshakes;

  /**
   * Opens the connections.
   *
   * @param tag the entity tag of {@code /small}
   */
  ProtocolTraffic(Addresses addresses, String tag) throws IOException {
    this.addresses = addresses;
    this.requests = requests(tag);
    this.context = newContext();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        if (addresses.tls() != null) {
          http1.add(secure("http/1.1"));
        }
        if (addresses.tls() != null && addresses.http2()) {
          http2.add(new Http2WarmUpClient(secure("h2")));
        }
        if (addresses.http2PriorKnowledge() != null) {
          http2.add(new Http2WarmUpClient(plain(addresses.http2PriorKnowledge())));
        }
      }
    } catch (IOException failed) {
      close();
      throw failed;
    }
  }

  private static List<byte[]> requests(String tag) {
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(Http2WarmUpClient.request("GET", "/small"));
      all.add(
          Http2WarmUpClient.request("GET", "/small", "user-agent", "curl/8.9.1", "accept", "*/*"));
      all.add(
          Http2WarmUpClient.request(
              "GET",
              "/small",
              "user-agent",
              "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
              "accept-encoding",
              "gzip, deflate, br, zstd",
              "te",
              "trailers",
              "priority",
              "u=2"));
    }
    all.add(Http2WarmUpClient.request("GET", "/small", "if-none-match", tag));
    all.add(Http2WarmUpClient.request("GET", "/page"));
    all.add(Http2WarmUpClient.request("HEAD", "/page"));
    all.add(Http2WarmUpClient.request("GET", "/medium"));
    all.add(Http2WarmUpClient.request("GET", "/medium"));
    all.add(Http2WarmUpClient.request("GET", "/large", "range", "bytes=65536-131071"));
    all.add(Http2WarmUpClient.request("GET", "/large", "range", "bytes=131072-151551"));
    all.add(Http2WarmUpClient.request("GET", "/none"));
    return all;
  }

  // ---- connections -----------------------------------------------------------------------------

  private static SSLContext newContext() throws IOException {
    try {
      SSLContext made = SSLContext.getInstance("TLS");
      made.init(null, new TrustManager[] {new TrustAll()}, new SecureRandom());
      return made;
    } catch (GeneralSecurityException impossible) {
      throw new IOException(impossible);
    }
  }

  private static Socket plain(InetSocketAddress address) throws IOException {
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setTcpNoDelay(true);
    return socket;
  }

  private SSLSocket secure(String protocol) throws IOException {
    InetSocketAddress address = addresses.tls();
    if (address == null) {
      throw new IllegalStateException("the server has no HTTPS");
    }
    Socket socket = plain(address);
    SSLSocket secure =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(socket, address.getHostString(), address.getPort(), true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {protocol});
    secure.setSSLParameters(parameters);
    try {
      secure.startHandshake();
    } catch (IOException failed) {
      secure.close();
      throw failed;
    }
    return secure;
  }

  // ---- traffic ---------------------------------------------------------------------------------

  /**
   * Sends some requests on each connection and reads their responses.
   *
   * @param asks requests of HTTP/1.1 with the lengths of their responses
   * @param endNanos when the rest of the round is left out, as {@link System#nanoTime}
   */
  void round(List<Ask> asks, int round, long endNanos) throws IOException {
    for (int i = 0; i < http1.size(); i++) {
      sendHttp1(http1.get(i), asks.get((round * 7 + i) % asks.size()));
    }
    for (int i = 0; i < http2.size(); i++) {
      http2.get(i).send(some(round * 5 + i));
    }
    for (int i = 0; i < http1.size(); i++) {
      skip(http1.get(i).getInputStream(), asks.get((round * 7 + i) % asks.size()).responseBytes());
    }
    for (Http2WarmUpClient client : http2) {
      client.readResponses(STREAMS);
    }
    if (System.nanoTime() - endNanos > 0) {
      return;
    }
    for (int i = 0; i < http2.size(); i++) { // one at a time, so that the loop sleeps in between
      http2.get(i).send(List.of(requests.get((round + i) % requests.size())));
      http2.get(i).readResponses(1);
    }
    if (round % ROUNDS_A_LARGE_FILE == 0) {
      int which = round / ROUNDS_A_LARGE_FILE;
      if (!http2.isEmpty()) {
        http2.get(which % http2.size()).send(List.of(large));
        http2.get(which % http2.size()).readResponses(1);
      }
    }
    if (addresses.tls() != null && round % ROUNDS_A_HANDSHAKE == 0) {
      handshake(asks.getFirst());
    }
  }

  private List<byte[]> some(int from) {
    List<byte[]> blocks = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      blocks.add(requests.get((from + i) % requests.size()));
    }
    return blocks;
  }

  /** A request on a connection of its own, after a full handshake or one that resumes a session. */
  private void handshake(Ask ask) throws IOException {
    if (handshakes++ % 2 == 0) {
      context = newContext();
    }
    try (SSLSocket connection = secure("http/1.1")) {
      sendHttp1(connection, ask);
      skip(connection.getInputStream(), ask.responseBytes());
    }
  }

  private static void sendHttp1(Socket connection, Ask ask) throws IOException {
    byte[] bytes = new byte[ask.requests().remaining()];
    ask.requests().get(ask.requests().position(), bytes);
    connection.getOutputStream().write(bytes);
  }

  private void skip(InputStream in, long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      int n = in.read(skipped, 0, (int) Math.min(skipped.length, left));
      if (n < 0) {
        throw new EOFException("the server closed a connection");
      }
      left -= n;
    }
  }

  @Override
  public void close() {
    List<Closeable> open = new ArrayList<>(http1);
    open.addAll(http2);
    for (Closeable connection : open) {
      try {
        connection.close();
      } catch (IOException failed) {
        LOG.log(Level.FINE, "warm-up", failed);
      }
    }
  }
}
