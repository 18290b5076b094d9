package dev.millrace.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Passes connections on, and cuts the first ones after some bytes: a network that fails. */
public final class CuttingProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final InetSocketAddress target;
  private final long cutAfterBytes;
  private final AtomicInteger cutsLeft;
  private final AtomicLong received = new AtomicLong();

  /**
   * @param cuts connections that are cut
   * @param cutAfterBytes in either direction
   */
  public CuttingProxy(InetSocketAddress target, int cuts, long cutAfterBytes) throws IOException {
    this.target = target;
    this.cutAfterBytes = cutAfterBytes;
    this.cutsLeft = new AtomicInteger(cuts);
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::accept);
  }

  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** Connections that are still to be cut. */
  public int cutsLeft() {
    return Math.max(0, cutsLeft.get());
  }

  /** Bytes from the server. */
  public long received() {
    return received.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(target.getAddress(), target.getPort());
        long limit = cutsLeft.get() > 0 ? cutAfterBytes : Long.MAX_VALUE;
        Thread.ofPlatform().daemon().start(() -> pass(client, server, limit, new AtomicLong()));
        Thread.ofPlatform().daemon().start(() -> pass(server, client, limit, received));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void pass(Socket from, Socket to, long limit, AtomicLong count) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[16 << 10];
      long passed = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        count.addAndGet(n);
        passed += n;
        if (passed > limit && cutsLeft.getAndDecrement() > 0) {
          from.setSoLinger(true, 0);
          to.setSoLinger(true, 0);
          return;
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException ended) {
      // one side has closed
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
