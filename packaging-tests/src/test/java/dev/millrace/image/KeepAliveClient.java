package dev.millrace.image;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A client that asks again and again on one connection, until it is told to close, and looks for an
 * end just before it sends. It tries nothing twice.
 */
final class KeepAliveClient implements Runnable {
  private static final byte[] REQUEST =
      "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  final CountDownLatch begun = new CountDownLatch(1);
  private final int port;
  private final ByteBuffer buffer = ByteBuffer.allocate(8192);
  private volatile String trouble = "has not ended";

  KeepAliveClient(int port) {
    this.port = port;
  }

  /** What went wrong, or nothing. */
  String trouble() {
    return trouble;
  }

  @Override
  public void run() {
    try (SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port))) {
      boolean last = false;
      while (!last && !hasEnded(channel)) {
        last = ask(channel);
        begun.countDown();
        TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(20_000_000));
      }
      trouble = last ? "" : "the server did not say that it closes";
    } catch (IOException | InterruptedException failed) {
      trouble = failed.toString();
    }
  }

  private boolean hasEnded(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    try {
      return channel.read(buffer.clear()) < 0;
    } finally {
      channel.configureBlocking(true);
    }
  }

  /** Whether the answer is the last. */
  private boolean ask(SocketChannel channel) throws IOException {
    channel.write(ByteBuffer.wrap(REQUEST));
    StringBuilder answer = new StringBuilder();
    while (true) {
      if (channel.read(buffer.clear()) < 0) {
        throw new IOException("a request is lost; its answer ended after: " + answer);
      }
      answer.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
      int end = answer.indexOf("\r\n\r\n");
      int length = answer.indexOf("Content-Length: ");
      if (end > 0 && length > 0) {
        int from = length + "Content-Length: ".length();
        int body = Integer.parseInt(answer.substring(from, answer.indexOf("\r\n", from)));
        if (answer.length() == end + 4 + body) {
          return answer.indexOf("\r\nConnection: close\r\n") > 0;
        }
      }
    }
  }
}
