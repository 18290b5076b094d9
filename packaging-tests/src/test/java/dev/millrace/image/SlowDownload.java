package dev.millrace.image;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/** A client that has begun to read a large file and takes its time. */
final class SlowDownload implements Runnable {
  private static final int LENGTH = 16 << 20;

  final CountDownLatch begun = new CountDownLatch(1);
  private final int port;
  private volatile String trouble = "has not ended";

  SlowDownload(int port) {
    this.port = port;
  }

  /** What went wrong, or nothing. */
  String trouble() {
    return trouble;
  }

  @Override
  public void run() {
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(64 << 10);
      socket.setSoTimeout(60_000);
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      socket
          .getOutputStream()
          .write(
              "GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      String head = head(in);
      if (!head.startsWith("HTTP/1.1 200 ") || !head.contains("Content-Length: " + LENGTH)) {
        trouble = head;
        return;
      }
      begun.countDown();
      int got = 0;
      byte[] buffer = new byte[256 << 10];
      for (int n; got < LENGTH && (n = in.read(buffer)) > 0; got += n) {
        Thread.sleep(5);
      }
      trouble = got == LENGTH ? "" : "ended after " + got;
    } catch (IOException | InterruptedException failed) {
      trouble = failed.toString();
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int octet = in.read();
      if (octet < 0) {
        throw new IOException("the end of the stream, after: " + head);
      }
      head.append((char) octet);
    }
    return head.toString();
  }
}
