package dev.millrace.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.file.FileCalls;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a server is asked while it warms up: mostly small files on connections that stay, many at
 * once and one after another, and of everything else a little.
 *
 * <p>Answers are counted, not read: the same request is answered with as many bytes every time.
 */
final class WarmUpLoad {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  private static final int CONNECTIONS = 16;

  /** Requests sent at once on a connection, where answers are small. */
  private static final int PIPELINED = 4;

  private static final int ROUNDS_A_LARGE_FILE = 4;
  private static final int ROUNDS_A_ONE_OFF = 8;

  /** How far apart downloads are of which something is not in memory. */
  private static final long COLD_NANOS = 50_000_000L;

  /** Of so many one is followed by its digest: a version that is younger is not hashed yet. */
  private static final int COLD_ONES_A_DIGEST = 3;

  /** After so much in a row that is in memory, more is expected to be. */
  private static final int WARM_BYTES = 5 << 20;

  /** How much of a download is read before its connection is left. */
  private static final int LEFT_BYTES = 256 << 10;

  /** None is left this shortly before the end, which would find it under way. */
  private static final long LEAVING_NANOS = 100_000_000L;

  private static final String[] BROWSER = {
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: en-US,en;q=0.5",
    "Accept-Encoding: gzip, deflate, br, zstd"
  };

  private static final String[] HOSTS = {
    "127.0.0.1:PORT", "localhost:PORT", "mirror.example.org", "[::1]:PORT", "192.0.2.1"
  };

  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
  private static final Pattern TAG = Pattern.compile("(?i)\r\netag: *(\\S+)");

  /** Some requests that are sent together, and the bytes that all their answers have. */
  private record Ask(ByteBuffer requests, long answerBytes) {}

  /** The first answer to a request. */
  private record Answer(String head, long bytes) {
    String tag() throws IOException {
      Matcher found = TAG.matcher(head);
      if (!found.find()) {
        throw new IOException("an answer without ETag");
      }
      return found.group(1);
    }
  }

  private final InetSocketAddress server;
  private final Path root;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
  private int hosts;
  private long nextColdNanos;
  private int coldOnes;
  private @Nullable SocketChannel digests;
  private final List<SocketChannel> connections = new ArrayList<>();

  private WarmUpLoad(InetSocketAddress server, Path root) {
    this.server = server;
    this.root = root;
  }

  /** The files that are asked for, by name, with their sizes in bytes. */
  static Map<String, Integer> files() {
    return Map.of(
        "small", 1 << 10, "page", 8 << 10, "medium", 100 << 10, "large", 4 << 20, "cold", 6 << 20,
        "half", 6 << 20);
  }

  /**
   * Asks until the time has come. What goes wrong is logged.
   *
   * @param root where {@link #files} are
   * @param endNanos as of {@link System#nanoTime}
   * @return whether nothing went wrong
   */
  static boolean run(InetSocketAddress server, Path root, long endNanos) {
    WarmUpLoad load = new WarmUpLoad(server, root);
    try {
      load.askUntil(endNanos);
      load.reset();
      return true;
    } catch (IOException failed) {
      LOG.warning("warm-up: ended early: " + failed);
      return false;
    } finally {
      load.close();
    }
  }

  private void askUntil(long endNanos) throws IOException {
    for (int i = 0; i < CONNECTIONS; i++) {
      connections.add(SocketChannel.open(server));
    }
    writeOut("cold");
    writeOut("half");
    nextColdNanos = System.nanoTime();
    List<Ask> asks = asks();
    Ask large = ask(1, "GET", "/large");
    for (int round = 0; System.nanoTime() < endNanos; round++) {
      askTogether(asks, round);
      askInTurn(asks, round);
      askOnce(round);
      askForMuch(asks, large, round, endNanos);
    }
    endDigests();
  }

  /** A large file whole, one that is given up, one that is not in memory, or none. */
  private void askForMuch(List<Ask> asks, Ask large, int round, long endNanos) throws IOException {
    if (System.nanoTime() - nextColdNanos >= 0) {
      nextColdNanos = System.nanoTime() + COLD_NANOS;
      askColdly(asks, round, coldOnes++ % COLD_ONES_A_DIGEST == 0);
    } else if (round % ROUNDS_A_LARGE_FILE == 0) {
      send(connections.getFirst(), large);
      skip(connections.getFirst(), large.answerBytes());
    } else if (round % ROUNDS_A_LARGE_FILE == 1 && endNanos - System.nanoTime() > LEAVING_NANOS) {
      leave(large);
    }
  }

  /**
   * A download of what is not in memory, or only at first, beside others' requests; and its digest,
   * which is there until the next. Where files are in memory only, a download like others.
   */
  private void askColdly(List<Ask> asks, int round, boolean all) throws IOException {
    if (all) {
      endDigests();
      drop("cold", 0);
    } else {
      drop("half", WARM_BYTES);
    }
    try (SocketChannel connection = SocketChannel.open(server)) {
      send(connection, once("GET", all ? "/cold" : "/half"));
      for (int i = 0; connection.read(buffer.clear()) >= 0; i++) {
        SocketChannel other = connections.get(i % CONNECTIONS);
        Ask ask = of(asks, round, i % CONNECTIONS);
        send(other, ask);
        skip(other, ask.answerBytes());
      }
    }
    if (all) {
      drop("cold", 0);
      SocketChannel connection = SocketChannel.open(server);
      digests = connection;
      send(connection, once("HEAD", "/cold", "Want-Repr-Digest: sha-256=10"));
    }
  }

  private void endDigests() throws IOException {
    if (digests != null) {
      readToEnd(digests);
      digests.close();
    }
  }

  /** Makes another version of a file, of which nothing is known; nor in memory, from there on. */
  private void drop(String name, long fromBytes) throws IOException {
    Path file = root.resolve(name);
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    int fd = FileCalls.openForReading(file);
    FileCalls.dontNeed(fd, fromBytes, 0);
    FileCalls.close(fd);
  }

  /** Only then the kernel drops it from memory. */
  private void writeOut(String name) throws IOException {
    try (FileChannel file = FileChannel.open(root.resolve(name), StandardOpenOption.WRITE)) {
      file.force(false);
    }
  }

  /** A download that its client gives up. */
  private void leave(Ask large) throws IOException {
    try (SocketChannel connection = SocketChannel.open(server)) {
      send(connection, large);
      skip(connection, LEFT_BYTES);
    }
  }

  /** The loop finds many requests in a turn. */
  private void askTogether(List<Ask> asks, int round) throws IOException {
    for (int i = 0; i < CONNECTIONS; i++) {
      send(connections.get(i), of(asks, round, i));
    }
    for (int i = 0; i < CONNECTIONS; i++) {
      skip(connections.get(i), of(asks, round, i).answerBytes());
    }
  }

  /** The loop falls asleep between one request and the next. */
  private void askInTurn(List<Ask> asks, int round) throws IOException {
    for (int i = 0; i < CONNECTIONS; i++) {
      Ask ask = of(asks, round, i);
      send(connections.get(i), ask);
      skip(connections.get(i), ask.answerBytes());
    }
  }

  /** Every connection comes to ask everything. */
  private static Ask of(List<Ask> asks, int round, int connection) {
    return asks.get((round * 7 + connection) % asks.size());
  }

  private List<Ask> asks() throws IOException {
    String tag = first(request("HEAD", "/small")).tag();
    List<Ask> asks = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      asks.add(ask(1, "GET", "/small"));
      asks.add(ask(1, "GET", "/small", "User-Agent: curl/8.9.1", "Accept: */*"));
      asks.add(ask(PIPELINED, "GET", "/small", BROWSER));
    }
    for (int i = 0; i < 3; i++) {
      asks.add(ask(1, "GET", "/small", "If-None-Match: " + tag));
      asks.add(ask(1, "GET", "/large", "Range: bytes=65536-131071"));
    }
    asks.add(ask(PIPELINED, "GET", "/small", "If-None-Match: " + tag));
    asks.add(ask(1, "GET", "/page"));
    asks.add(ask(PIPELINED, "GET", "/page"));
    asks.add(ask(PIPELINED, "HEAD", "/page"));
    asks.add(ask(1, "GET", "/medium"));
    asks.add(ask(1, "GET", "/medium"));
    asks.add(ask(1, "GET", "/none"));
    return asks;
  }

  private Ask ask(int times, String method, String target, String... fields) throws IOException {
    String request = request(method, target, fields);
    Answer answer = first(request);
    ByteBuffer all = ByteBuffer.wrap(request.repeat(times).getBytes(ISO_8859_1));
    return new Ask(all, times * answer.bytes());
  }

  private String request(String method, String target, String... fields) {
    String host = HOSTS[hosts++ % HOSTS.length].replace("PORT", "" + server.getPort());
    StringBuilder text = new StringBuilder();
    text.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
    text.append("Host: ").append(host).append("\r\n");
    for (String field : fields) {
      text.append(field).append("\r\n");
    }
    return text.append("\r\n").toString();
  }

  /** Asks, and finds out how long the answer is. */
  private Answer first(String request) throws IOException {
    SocketChannel connection = connections.getFirst();
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
        throw new IOException("an answer without Content-Length");
      }
      body = Long.parseLong(length.group(1));
    }
    long whole = end + 4 + body;
    skip(connection, whole - text.length());
    return new Answer(head, whole);
  }

  private static void send(SocketChannel connection, Ask ask) throws IOException {
    ByteBuffer requests = ask.requests().duplicate();
    while (requests.hasRemaining()) {
      connection.write(requests);
    }
  }

  private void skip(SocketChannel connection, long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      left -= read(connection, left).remaining();
    }
  }

  private ByteBuffer read(SocketChannel connection, long most) throws IOException {
    buffer.clear().limit((int) Math.min(buffer.capacity(), most));
    if (connection.read(buffer) < 0) {
      throw new EOFException("the server closed a connection");
    }
    return buffer.flip();
  }

  /** A connection for one request, now and then one whose answers are not all of a length. */
  private void askOnce(int round) throws IOException {
    Ask ask =
        switch (round % ROUNDS_A_ONE_OFF) {
          case 0 -> once("GET", "/");
          case 1 -> once("GET", "/large", "Range: bytes=0-99,1000-1099");
          default -> once("GET", "/small");
        };
    askOnce(ask);
  }

  private void askOnce(Ask ask) throws IOException {
    try (SocketChannel connection = SocketChannel.open(server)) {
      send(connection, ask);
      readToEnd(connection);
    }
  }

  private void readToEnd(SocketChannel connection) throws IOException {
    while (connection.read(buffer.clear()) >= 0) {
      // what it says was heard before
    }
  }

  private Ask once(String method, String target, String... fields) {
    List<String> all = new ArrayList<>(List.of(fields));
    all.add("Connection: close");
    String request = request(method, target, all.toArray(String[]::new));
    return new Ask(ByteBuffer.wrap(request.getBytes(ISO_8859_1)), 0);
  }

  /** Ends every second connection by a reset, as the impatient do; with nothing under way. */
  private void reset() throws IOException {
    for (int i = 0; i < CONNECTIONS; i += 2) {
      SocketChannel connection = connections.get(i);
      connection.setOption(StandardSocketOptions.SO_LINGER, 0);
      connection.close();
    }
    askOnce(-1); // behind it, they have come to their end
  }

  private void close() {
    List<SocketChannel> open = new ArrayList<>(connections);
    if (digests != null) {
      open.add(digests);
    }
    for (SocketChannel connection : open) {
      try {
        connection.close();
      } catch (IOException failed) {
        LOG.log(Level.FINE, "warm-up", failed);
      }
    }
  }
}
