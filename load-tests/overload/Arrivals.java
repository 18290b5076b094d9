import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Sends requests at random times with a fixed mean rate, whatever the server does: an open load. Each request has a
 * connection and a client address of its own. Prints one line of JSON.
 *
 * <p>Arguments: port, path, arrivals a second, seconds, client's time-out in milliseconds. Latencies are measured from the
 * time at which the request was due; the goodput is of the time in which requests arrive.
 */
final class Arrivals {
  private static final int MAX_OPEN = 15_000;

  /** A request and its connection. */
  private static final class Visit {
    final long dueNanos;
    final SocketChannel channel;
    long received;
    int status;

    Visit(long dueNanos, SocketChannel channel) {
      this.dueNanos = dueNanos;
      this.channel = channel;
    }
  }

  private final InetSocketAddress server;
  private final ByteBuffer request;
  private final double rate;
  private final long lastNanos;
  private final long timeoutNanos;
  private final SplittableRandom random = new SplittableRandom(1);
  private final Selector selector = Selector.open();
  private final ByteBuffer answer = ByteBuffer.allocateDirect(64 << 10);
  private final ArrayDeque<Visit> inOrder = new ArrayDeque<>();
  private long[] served = new long[1 << 16];
  private int servedCount;
  private int servedMeanwhile;
  private long beginNanos;
  private int rejected;
  private int failed;
  private int timedOut;
  private int arrivals;
  private int open;
  private long lateNanos;

  Arrivals(int port, String path, double rate, int seconds, long timeoutMillis) throws IOException {
    this.server = new InetSocketAddress("127.0.0.1", port);
    this.request =
        ByteBuffer.wrap(
            ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    this.rate = rate;
    this.lastNanos = seconds * 1_000_000_000L;
    this.timeoutNanos = timeoutMillis * 1_000_000L;
  }

  void run() throws IOException {
    long begin = System.nanoTime();
    beginNanos = begin;
    double due = 0;
    while (true) {
      long now = System.nanoTime() - begin;
      for (int burst = 0; due <= now && due < lastNanos && burst < 64; burst++) {
        arrive(begin + (long) due, now - (long) due);
        due -= Math.log(1 - random.nextDouble()) / rate * 1e9;
      }
      expire();
      if (due >= lastNanos && open == 0) {
        break;
      }
      long wait = Math.min((long) due - (System.nanoTime() - begin), 20_000_000L);
      if (wait < 1_000_000) {
        selector.selectNow(this::ready);
      } else {
        selector.select(this::ready, wait / 1_000_000);
      }
    }
    System.out.println(result());
  }

  private void arrive(long dueNanos, long late) {
    arrivals++;
    lateNanos = Math.max(lateNanos, late);
    if (open >= MAX_OPEN) {
      failed++;
      return;
    }
    try {
      SocketChannel channel = SocketChannel.open();
      channel.configureBlocking(false);
      int client = random.nextInt(1 << 16);
      channel.bind(new InetSocketAddress("127.1." + (client >> 8) + "." + (client & 0xff), 0));
      Visit visit = new Visit(dueNanos, channel);
      boolean connected = channel.connect(server);
      channel.register(selector, connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, visit);
      inOrder.addLast(visit);
      open++;
    } catch (IOException refused) {
      failed++;
    }
  }

  private void ready(SelectionKey key) {
    Visit visit = (Visit) key.attachment();
    try {
      if (key.isConnectable()) {
        visit.channel.finishConnect();
        key.interestOps(SelectionKey.OP_WRITE);
      }
      if (key.isWritable()) {
        visit.channel.write(request.duplicate());
        key.interestOps(SelectionKey.OP_READ);
      } else if (key.isReadable()) {
        read(visit);
      }
    } catch (IOException broken) {
      failed++;
      close(visit);
    }
  }

  private void read(Visit visit) throws IOException {
    answer.clear();
    int n = visit.channel.read(answer);
    if (n < 0) {
      if (visit.status == 200) {
        serve(System.nanoTime() - visit.dueNanos);
      } else if (visit.status == 503) {
        rejected++;
      } else {
        failed++;
      }
      close(visit);
      return;
    }
    if (visit.received == 0 && n >= 12) {
      visit.status = (answer.get(9) - '0') * 100 + (answer.get(10) - '0') * 10 + answer.get(11) - '0';
    }
    visit.received += n;
  }

  private void serve(long nanos) {
    if (System.nanoTime() - beginNanos <= lastNanos) {
      servedMeanwhile++;
    }
    if (servedCount == served.length) {
      served = Arrays.copyOf(served, 2 * servedCount);
    }
    served[servedCount++] = nanos;
  }

  private void expire() {
    long now = System.nanoTime();
    while (!inOrder.isEmpty()
        && (!inOrder.getFirst().channel.isOpen() || now - inOrder.getFirst().dueNanos > timeoutNanos)) {
      Visit first = inOrder.removeFirst();
      if (first.channel.isOpen()) {
        timedOut++;
        close(first);
      }
    }
  }

  private void close(Visit visit) {
    open--;
    try {
      visit.channel.close();
    } catch (IOException ignored) {
      // it is gone
    }
  }

  private String result() {
    Arrays.sort(served, 0, servedCount);
    return String.format(
        Locale.ROOT,
        "{\"arrivals\": %d, \"served\": %d, \"goodput\": %.1f, \"rejected\": %d, \"failed\": %d, \"timed_out\": %d, \"p50\": %.1f,"
            + " \"p99\": %.1f, \"late\": %.1f}",
        arrivals, servedCount, servedMeanwhile / (lastNanos / 1e9), rejected, failed, timedOut, quantile(0.5), quantile(0.99), lateNanos / 1e6);
  }

  /** Milliseconds. */
  private double quantile(double part) {
    return servedCount == 0 ? Double.NaN : served[(int) (part * (servedCount - 1))] / 1e6;
  }

  public static void main(String[] args) throws IOException {
    new Arrivals(
            Integer.parseInt(args[0]),
            args[1],
            Double.parseDouble(args[2]),
            Integer.parseInt(args[3]),
            Long.parseLong(args[4]))
        .run();
  }
}
