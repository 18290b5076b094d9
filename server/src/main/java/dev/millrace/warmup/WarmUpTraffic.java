package dev.millrace.warmup;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.file.FileCalls;
import dev.millrace.warmup.WarmUpClient.Answer;
import dev.millrace.warmup.WarmUpClient.Ask;
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
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The requests of the warm-up: mostly small files on persistent connections, both many at once and
 * one after another, and a few of every other kind.
 *
 * <p>Responses are counted, not parsed: the same request always gets a response of the same length.
 */
public final class WarmUpTraffic {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /** Exceeds the initial capacity of everything that grows with the number of connections. */
  private static final int CONNECTIONS = 24;

  /** Requests sent at once on a connection, if their responses are small. */
  private static final int PIPELINED = 4;

  private static final int ROUNDS_A_LARGE_FILE = 4;
  private static final int ROUNDS_A_ONE_OFF = 8;

  /** Interval of downloads that are not completely in the page cache. */
  private static final long COLD_NANOS = 50_000_000L;

  /** Interval of metrics requests. */
  private static final long SCRAPE_NANOS = 300_000_000L;

  /** Newer versions of a file are not hashed yet. */
  private static final long SETTLED_SECONDS = 60;

  /** A file that has just changed has another entity tag, of another length. */
  private static final long CHANGED_NANOS = 50_000_000L;

  /** One of so many cold downloads is followed by a request for its digest. */
  private static final int COLD_ONES_A_DIGEST = 3;

  /** Sent from the file like a long range, but cheap: C2 compiles what runs often. */
  private static final String SENT_AND_SHORT = "Range: bytes=131072-151551";

  /** After so many consecutive bytes in the page cache, the server expects more to be there. */
  private static final int WARM_BYTES = 5 << 20;

  /** Number of bytes read before a download is abandoned. */
  private static final int LEFT_BYTES = 256 << 10;

  /** No download is abandoned this shortly before the end, when it would still be active. */
  private static final long LEAVING_NANOS = 100_000_000L;

  private static final String[] BROWSER = {
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: en-US,en;q=0.5",
    "Accept-Encoding: gzip, deflate, br, zstd"
  };

  private final WarmUpClient client;
  private final WarmUpClient monitoring;
  private final Path root;
  private final ProtocolTraffic.Addresses others;
  private @Nullable ProtocolTraffic protocols;
  private long nextColdNanos;
  private long nextScrapeNanos;
  private int coldOnes;
  private @Nullable SocketChannel digests;
  private final List<SocketChannel> connections = new ArrayList<>();

  private WarmUpTraffic(
      InetSocketAddress server,
      InetSocketAddress management,
      ProtocolTraffic.Addresses others,
      Path root) {
    this.others = others;
    this.client = new WarmUpClient(server);
    this.monitoring = new WarmUpClient(management);
    this.root = root;
  }

  /** The requested files, by name, with their sizes in bytes. */
  public static Map<String, Integer> files() {
    return Map.of(
        "small", 1 << 10, "page", 8 << 10, "medium", 100 << 10, "large", 4 << 20, "cold", 6 << 20,
        "half", 6 << 20);
  }

  /**
   * Sends requests until a deadline. A failure is logged.
   *
   * @param management address of the metrics
   * @param others where the server offers HTTPS and HTTP/2
   * @param root directory of {@link #files}
   * @param endNanos the deadline, as {@link System#nanoTime}
   * @return whether all requests succeeded
   */
  public static boolean run(
      InetSocketAddress server,
      InetSocketAddress management,
      ProtocolTraffic.Addresses others,
      Path root,
      long endNanos) {
    WarmUpTraffic traffic = new WarmUpTraffic(server, management, others, root);
    try {
      traffic.runUntil(endNanos);
      traffic.reset();
      return true;
    } catch (IOException failed) {
      LOG.warning("warm-up: ended early: " + failed);
      return false;
    } finally {
      traffic.close();
    }
  }

  private void runUntil(long endNanos) throws IOException {
    for (int i = 0; i < CONNECTIONS; i++) {
      connections.add(client.connect());
    }
    writeOut("cold");
    writeOut("half");
    List<String> warm = List.of("small", "page", "medium", "large");
    for (String name : warm) {
      settle(name);
    }
    LockSupport.parkNanos(CHANGED_NANOS);
    for (String name : warm) {
      requestDigest(name);
    }
    nextColdNanos = System.nanoTime();
    nextScrapeNanos = nextColdNanos;
    List<Ask> asks = asks();
    Ask large = ask(1, "GET", "/large");
    ProtocolTraffic secure = new ProtocolTraffic(others, smallTag());
    protocols = secure;
    for (int round = 0; System.nanoTime() < endNanos; round++) {
      sendTogether(asks, round);
      sendInTurn(asks, round);
      secure.round(asks, round, endNanos);
      askOnce(round);
      download(asks, large, round, endNanos);
      scrape();
    }
    requireAllRead();
    endDigests();
  }

  /** Requests a file's digest first, so that all later responses have it and equal lengths. */
  private void requestDigest(String name) throws IOException {
    String request = client.request("HEAD", "/" + name, "Want-Repr-Digest: sha-256=10");
    client.first(connections.getFirst(), request);
  }

  /**
   * Requests metrics, as Prometheus does. Some of that code serves requests too: regular
   * expressions.
   */
  private void scrape() throws IOException {
    if (System.nanoTime() - nextScrapeNanos >= 0) {
      nextScrapeNanos = System.nanoTime() + SCRAPE_NANOS;
      monitoring.askOnce(monitoring.once("GET", "/metrics", "Accept-Encoding: gzip"));
    }
  }

  /** Depending on the round: a cold download, a complete large one, an abandoned one, or none. */
  private void download(List<Ask> asks, Ask large, int round, long endNanos) throws IOException {
    if (System.nanoTime() - nextColdNanos >= 0) {
      nextColdNanos = System.nanoTime() + COLD_NANOS;
      downloadCold(asks, round, coldOnes++ % COLD_ONES_A_DIGEST == 0);
    } else if (round % ROUNDS_A_LARGE_FILE == 0) {
      WarmUpClient.send(connections.getFirst(), large);
      client.skip(connections.getFirst(), large.responseBytes());
    } else if (round % ROUNDS_A_LARGE_FILE == 1 && endNanos - System.nanoTime() > LEAVING_NANOS) {
      abandon(large);
    }
  }

  /**
   * Downloads a file that is not in the page cache, or only its beginning is, while other requests
   * run; then requests its digest, whose response is read before the next cold download. On a file
   * system in memory it is a download like others.
   */
  private void downloadCold(List<Ask> asks, int round, boolean all) throws IOException {
    if (all) {
      endDigests();
      drop("cold", 0);
    } else {
      drop("half", WARM_BYTES);
    }
    try (SocketChannel connection = client.connect()) {
      WarmUpClient.send(connection, client.once("GET", all ? "/cold" : "/half"));
      for (int i = 0; client.readSome(connection); i++) {
        SocketChannel other = connections.get(i % CONNECTIONS);
        Ask ask = of(asks, round, i % CONNECTIONS);
        WarmUpClient.send(other, ask);
        client.skip(other, ask.responseBytes());
      }
    }
    if (all) {
      drop("cold", 0);
      SocketChannel connection = client.connect();
      digests = connection;
      WarmUpClient.send(connection, client.once("HEAD", "/cold", "Want-Repr-Digest: sha-256=10"));
    }
  }

  private void endDigests() throws IOException {
    if (digests != null) {
      client.readToEnd(digests);
      digests.close();
    }
  }

  /**
   * Makes a new version of a file, without known digests, and drops it from the page cache from an
   * offset on.
   */
  private void drop(String name, long fromBytes) throws IOException {
    settle(name);
    Path file = root.resolve(name);
    int fd = FileCalls.openForReading(file);
    FileCalls.dontNeed(fd, fromBytes, 0);
    FileCalls.close(fd);
  }

  /** Makes a new version of a file, without known digests, that is old enough to be hashed. */
  private void settle(String name) throws IOException {
    Instant then = Instant.now().minusSeconds(SETTLED_SECONDS);
    Files.setLastModifiedTime(root.resolve(name), FileTime.from(then));
  }

  /** Writes a file to disk; the kernel drops only clean pages from the page cache. */
  private void writeOut(String name) throws IOException {
    try (FileChannel file = FileChannel.open(root.resolve(name), StandardOpenOption.WRITE)) {
      file.force(false);
    }
  }

  /** A download that the client abandons. */
  private void abandon(Ask large) throws IOException {
    try (SocketChannel connection = client.connect()) {
      WarmUpClient.send(connection, large);
      client.skip(connection, LEFT_BYTES);
    }
  }

  /** Sends on all connections first, so that the loop finds many requests in one turn. */
  private void sendTogether(List<Ask> asks, int round) throws IOException {
    for (int i = 0; i < CONNECTIONS; i++) {
      WarmUpClient.send(connections.get(i), of(asks, round, i));
    }
    for (int i = 0; i < CONNECTIONS; i++) {
      client.skip(connections.get(i), of(asks, round, i).responseBytes());
    }
  }

  /** Sends one request at a time, so that the loop sleeps in between. */
  private void sendInTurn(List<Ask> asks, int round) throws IOException {
    for (int i = 0; i < CONNECTIONS; i++) {
      Ask ask = of(asks, round, i);
      WarmUpClient.send(connections.get(i), ask);
      client.skip(connections.get(i), ask.responseBytes());
    }
  }

  /** Rotates, so that every connection sends all requests over time. */
  private static Ask of(List<Ask> asks, int round, int connection) {
    return asks.get((round * 7 + connection) % asks.size());
  }

  private String smallTag() throws IOException {
    return client.first(connections.getFirst(), client.request("HEAD", "/small")).tag();
  }

  private List<Ask> asks() throws IOException {
    String tag = smallTag();
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
    for (int i = 0; i < 6; i++) {
      asks.add(ask(1, "GET", "/large", SENT_AND_SHORT));
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
    String request = client.request(method, target, fields);
    Answer answer = client.first(connections.getFirst(), request);
    ByteBuffer all = ByteBuffer.wrap(request.repeat(times).getBytes(ISO_8859_1));
    return new Ask(all, times * answer.bytes());
  }

  /** A request on its own connection; now and then one whose responses differ in length. */
  private void askOnce(int round) throws IOException {
    Ask ask =
        switch (round % ROUNDS_A_ONE_OFF) {
          case 0 -> client.once("GET", "/");
          case 1 -> client.once("GET", "/large", "Range: bytes=0-99,1000-1099");
          default -> client.once("GET", "/small");
        };
    client.askOnce(ask);
  }

  /** Detects wrong lengths, which would fill the connections until both sides wait forever. */
  private void requireAllRead() throws IOException {
    for (SocketChannel connection : connections) {
      if (client.hasMore(connection)) {
        throw new IOException("a response is longer than the first one");
      }
    }
  }

  /** Resets every second connection, as impatient clients do; no request is active. */
  private void reset() throws IOException {
    for (int i = 0; i < CONNECTIONS; i += 2) {
      SocketChannel connection = connections.get(i);
      connection.setOption(StandardSocketOptions.SO_LINGER, 0);
      connection.close();
    }
    askOnce(-1); // after its response the server has processed the resets
  }

  private void close() {
    if (protocols != null) {
      protocols.close();
    }
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
