package dev.millrace.warmup;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The HTTP client of {@link WarmUpTraffic}: sends requests, and counts the bytes of responses
 * without parsing them. Not thread-safe.
 */
final class WarmUpClient {
  private static final String[] HOSTS = {
    "127.0.0.1:PORT", "localhost:PORT", "mirror.example.org", "[::1]:PORT", "192.0.2.1"
  };

  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
  private static final Pattern TAG = Pattern.compile("(?i)\r\netag: *(\\S+)");

  /** Requests that are sent together, and the total length of their responses. */
  record Ask(ByteBuffer requests, long responseBytes) {}

  /** The first response to a request. */
  record Answer(String head, long bytes) {
    String tag() throws IOException {
      Matcher found = TAG.matcher(head);
      if (!found.find()) {
        throw new IOException("a response has no ETag");
      }
      return found.group(1);
    }
  }

  private final InetSocketAddress server;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
  private int hosts;

  WarmUpClient(InetSocketAddress server) {
    this.server = server;
  }

  SocketChannel connect() throws IOException {
    return SocketChannel.open(server);
  }

  /** A request; the hosts rotate with each call. */
  String request(String method, String target, String... fields) {
    String host = HOSTS[hosts++ % HOSTS.length].replace("PORT", "" + server.getPort());
    StringBuilder text = new StringBuilder();
    text.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
    text.append("Host: ").append(host).append("\r\n");
    for (String field : fields) {
      text.append(field).append("\r\n");
    }
    return text.append("\r\n").toString();
  }

  /** A request after which the server closes the connection; the response may have any length. */
  Ask once(String method, String target, String... fields) {
    List<String> all = new ArrayList<>(List.of(fields));
    all.add("Connection: close");
    String request = request(method, target, all.toArray(String[]::new));
    return new Ask(ByteBuffer.wrap(request.getBytes(ISO_8859_1)), 0);
  }

  /** Sends a request and determines the length of its response. */
  Answer first(SocketChannel connection, String request) throws IOException {
    send(connection, new Ask(ByteBuffer.wrap(request.getBytes(ISO_8859_1)), 0));
    StringBuilder text = new StringBuilder();
    int end;
    while ((end = text.indexOf("\r\n\r\n")) < 0) {
      text.append(ISO_8859_1.decode(read(connection, buffer.capacity())));
    }
    String head = text.substring(0, end);
    boolean bodiless = request.startsWith("HEAD") || head.startsWith("HTTP/1.1 304");
    Matcher length = LENGTH.matcher(head);
    long body = 0;
    if (!bodiless) {
      if (!length.find()) {
        throw new IOException("a response has no Content-Length");
      }
      body = Long.parseLong(length.group(1));
    }
    long totalBytes = end + 4 + body;
    skip(connection, totalBytes - text.length());
    return new Answer(head, totalBytes);
  }

  static void send(SocketChannel connection, Ask ask) throws IOException {
    ByteBuffer requests = ask.requests().duplicate();
    while (requests.hasRemaining()) {
      connection.write(requests);
    }
  }

  void skip(SocketChannel connection, long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      left -= read(connection, left).remaining();
    }
  }

  private ByteBuffer read(SocketChannel connection, long max) throws IOException {
    buffer.clear().limit((int) Math.min(buffer.capacity(), max));
    if (connection.read(buffer) < 0) {
      throw new EOFException("the server closed a connection");
    }
    return buffer.flip();
  }

  /** Reads available bytes, or waits for some; false at the end of the stream. */
  boolean readSome(SocketChannel connection) throws IOException {
    return connection.read(buffer.clear()) >= 0;
  }

  /** Whether bytes or the end of the stream are available. */
  boolean hasMore(SocketChannel connection) throws IOException {
    connection.configureBlocking(false);
    boolean more = connection.read(buffer.clear()) != 0;
    connection.configureBlocking(true);
    return more;
  }

  void readToEnd(SocketChannel connection) throws IOException {
    while (readSome(connection)) {
      // discards the bytes
    }
  }

  /** Sends one request on a new connection. */
  void askOnce(Ask ask) throws IOException {
    try (SocketChannel connection = connect()) {
      send(connection, ask);
      readToEnd(connection);
    }
  }
}
