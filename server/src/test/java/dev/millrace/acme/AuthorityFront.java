package dev.millrace.acme;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A reverse proxy before Pebble, which adds what Debian's Pebble 2.4 lacks, renewal information
 * (RFC 9773), and can reject or hold requests. The client's signed requests pass unchanged.
 */
final class AuthorityFront implements AutoCloseable {
  /** A response to send in place of Pebble's. */
  private record Rejection(String path, int status, String retryAfter, String type) {}

  private static final String RENEWAL_INFO = "/renewal-info/";
  private static final String NEW_ORDER = "/order-plz";
  private static final Pattern PAYLOAD = Pattern.compile("\"payload\":\"([^\"]*)\"");
  private static final Pattern REPLACES = Pattern.compile("\"replaces\":\"([^\"]*)\"");

  private final Pebble pebble;
  private final SSLContext context;
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Queue<Rejection> rejections = new ConcurrentLinkedQueue<>();
  private final List<String> replaced = new CopyOnWriteArrayList<>();
  private final List<String> windowsAsked = new CopyOnWriteArrayList<>();
  private final CountDownLatch held = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile boolean holding;
  private volatile String window;
  private volatile String retryAfter;

  AuthorityFront(Pebble pebble) throws Exception {
    this.pebble = pebble;
    this.context = context(pebble);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI directory() {
    return URI.create("https://" + host() + "/dir");
  }

  private String host() {
    return "localhost:" + server.getAddress().getPort();
  }

  /** Offers renewal information from now on. */
  void suggest(Instant start, Instant end, String retryAfterField) {
    retryAfter = retryAfterField;
    window = "{\"suggestedWindow\":{\"start\":\"%s\",\"end\":\"%s\"}}".formatted(start, end);
  }

  /** Rejects the next order. */
  void rejectOrder(int status, String retryAfterField, String type) {
    rejections.add(new Rejection(NEW_ORDER, status, retryAfterField, type));
  }

  /** Receives the next order and does not respond to it. */
  void holdOrder() {
    holding = true;
  }

  void awaitHeldOrder() throws InterruptedException {
    held.await();
  }

  /** The {@code replaces} member of each order that has one; repeated requests count once. */
  List<String> replaced() {
    return List.copyOf(replaced);
  }

  /** The certificate of each request for renewal information. */
  List<String> windowsAsked() {
    return List.copyOf(windowsAsked);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      if (path.startsWith(RENEWAL_INFO)) {
        windowsAsked.add(path.substring(RENEWAL_INFO.length()));
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Retry-After", retryAfter);
        send(exchange, 200, window.getBytes(StandardCharsets.UTF_8));
        return;
      }
      if (path.equals(NEW_ORDER)) {
        if (holding) {
          held.countDown();
          released.await();
        }
      }
      Rejection rejection = rejections.peek();
      if (rejection != null && rejection.path.equals(path)) {
        rejections.remove();
        record(path, body, rejection.type);
        reject(exchange, rejection);
        return;
      }
      forward(exchange, path, body);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  /** Records an order, unless the client repeats it because Pebble did not accept its nonce. */
  private void record(String path, byte[] body, String response) {
    Matcher named = REPLACES.matcher(payload(body));
    if (path.equals(NEW_ORDER) && !response.contains("badNonce") && named.find()) {
      replaced.add(named.group(1));
    }
  }

  private static String payload(byte[] jws) {
    Matcher payload = PAYLOAD.matcher(new String(jws, StandardCharsets.US_ASCII));
    return payload.find()
        ? new String(Base64.getUrlDecoder().decode(payload.group(1)), StandardCharsets.UTF_8)
        : "";
  }

  private static void reject(HttpExchange exchange, Rejection rejection) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
    if (rejection.retryAfter != null) {
      exchange.getResponseHeaders().set("Retry-After", rejection.retryAfter);
    }
    String problem =
        "{\"type\":\"urn:ietf:params:acme:error:%s\",\"detail\":\"not now\"}"
            .formatted(rejection.type);
    send(exchange, rejection.status, problem.getBytes(StandardCharsets.UTF_8));
  }

  private void forward(HttpExchange exchange, String path, byte[] body) throws IOException {
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", pebble.port())) {
      // HTTP/1.0 has one response a connection and no chunks.
      String head =
          exchange.getRequestMethod()
              + " "
              + path
              + " HTTP/1.0\r\nHost: "
              + host()
              + "\r\nUser-Agent: front\r\nContent-Type: application/jose+json\r\nContent-Length: "
              + body.length
              + "\r\n\r\n";
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
      request.writeBytes(body);
      socket.getOutputStream().write(request.toByteArray());
      String response =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      int end = response.indexOf("\r\n\r\n");
      String[] lines = response.substring(0, end).split("\r\n");
      for (int i = 1; i < lines.length; i++) {
        String[] field = lines[i].split(": ", 2);
        if (!field[0].equalsIgnoreCase("Content-Length")
            && !field[0].equalsIgnoreCase("Connection")) {
          exchange.getResponseHeaders().add(field[0], field[1]);
        }
      }
      String content = response.substring(end + 4);
      if (path.equals("/dir") && window != null) {
        String info = "{\"renewalInfo\":\"https://" + host() + "/renewal-info\",";
        content = content.replaceFirst("\\{", Matcher.quoteReplacement(info));
      }
      int status = Integer.parseInt(lines[0].split(" ")[1]);
      record(path, body, content);
      send(exchange, status, content.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    boolean none = exchange.getRequestMethod().equals("HEAD") || body.length == 0;
    exchange.sendResponseHeaders(status, none ? -1 : body.length);
    if (!none) {
      exchange.getResponseBody().write(body);
    }
  }

  /** Presents Pebble's certificate and trusts it. */
  private static SSLContext context(Pebble pebble) throws Exception {
    PemFile certificate = PemFile.read(pebble.certificate());
    PemFile key = PemFile.read(pebble.key());
    Certificate[] chain = certificate.certificates().toArray(Certificate[]::new);
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("front", key.privateKey(), new char[0], chain);
    store.setCertificateEntry("anchor", chain[0]);
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  @Override
  public void close() {
    released.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
