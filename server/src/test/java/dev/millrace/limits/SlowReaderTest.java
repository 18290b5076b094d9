package dev.millrace.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.loop.EventLoop;
import dev.millrace.server.Await;
import dev.millrace.transport.uring.RingWorker;
import dev.millrace.transport.uring.RingXnio;
import dev.millrace.transport.uring.TransportConfig;
import io.undertow.Undertow;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that take a response slowly, on a transport that measures them over a short time. */
class SlowReaderTest {
  private static final int MIN_BYTES = 100_000;
  private static final long SHORT_NANOS = 500_000_000L;
  private static final int BODY = 64 << 20;

  private final List<SocketAddress> slow = Collections.synchronizedList(new ArrayList<>());
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private RingWorker worker;
  private Undertow undertow;
  private InetSocketAddress address;

  private void start(int minBytes, long periodNanos) throws Exception {
    TransportConfig config = TransportConfig.DEFAULT.withMinSend(minBytes, periodNanos);
    EventLoop.FailureHandler handler = failures::add;
    worker =
        new RingXnio(config, handler, true).createRingWorkers(1, "test", "test-loop").getFirst();
    worker.whenSlow(slow::add);
    undertow =
        Undertow.builder()
            .setWorker(worker)
            .addHttpListener(0, "127.0.0.1")
            .setHandler(exchange -> exchange.getResponseSender().send(ByteBuffer.allocate(BODY)))
            .build();
    undertow.start();
    address = (InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress();
  }

  @AfterEach
  void stop() throws Exception {
    undertow.stop();
    worker.shutdown();
    assertTrue(worker.awaitTermination(20, TimeUnit.SECONDS));
    assertEquals(List.of(), failures);
  }

  private Socket request() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(8 << 10);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort()));
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void aClientThatTakesNothingIsEnded() throws Exception {
    start(MIN_BYTES, SHORT_NANOS);
    try (Socket socket = request()) {
      Await.until(() -> slow.size() == 1);
      assertEquals(socket.getLocalPort(), ((InetSocketAddress) slow.getFirst()).getPort());
      Await.until(() -> worker.openConnections() == 0);
    }
  }

  @Test
  void aClientThatTakesAByteATimeIsEnded() throws Exception {
    start(MIN_BYTES, SHORT_NANOS);
    try (Socket socket = request()) {
      InputStream in = socket.getInputStream();
      while (slow.isEmpty()) {
        assertTrue(in.read() >= 0);
        Thread.sleep(5);
      }
      Await.until(() -> worker.openConnections() == 0);
    }
  }

  /** It takes at least the minimum in each period, with a wide margin. */
  @Test
  void aClientThatIsSlowButFastEnoughIsNot() throws Exception {
    start(1_000, 4 * SHORT_NANOS);
    try (Socket socket = request()) {
      InputStream in = socket.getInputStream();
      long end = System.nanoTime() + 5_000_000_000L;
      long total = 0;
      while (System.nanoTime() < end) {
        total += in.readNBytes(10_000).length;
        Thread.sleep(5); // at most 2 MB a second
      }
      assertTrue(total < BODY, "the body is still being sent");
      assertEquals(List.of(), slow);
      assertEquals(1, worker.openConnections());
    }
  }

  @Test
  void anIdleConnectionIsNotSlow() throws Exception {
    start(MIN_BYTES, SHORT_NANOS);
    try (Socket socket = request()) {
      InputStream in = socket.getInputStream();
      byte[] all = in.readNBytes(BODY);
      assertEquals(BODY, all.length);
      Thread.sleep(1_500);
      assertEquals(List.of(), slow);
      assertEquals(1, worker.openConnections());
    }
  }
}
