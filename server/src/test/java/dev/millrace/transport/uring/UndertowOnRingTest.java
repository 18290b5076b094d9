package dev.millrace.transport.uring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.sync.ResetEvent;
import dev.millrace.transport.uring.TransportStats.Figure;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.RingStats;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.BlockingHandler;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.xnio.ChannelListeners;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;
import org.xnio.conduits.ReadReadyHandler;

/** Undertow's own HTTP listener, with handlers of every kind, on the ring worker. */
class UndertowOnRingTest {
  private static final TransportConfig SMALL =
      new TransportConfig(
          new RingConfig(64, 256, 2),
          64,
          512,
          2 << 10,
          1 << 10,
          16 << 10,
          2,
          3,
          0,
          300_000_000L,
          2_000_000_000L,
          400_000_000L,
          0,
          60_000_000_000L);

  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private RingWorker worker;
  private Undertow undertow;

  /** The smallest queues, and eight receive buffers. */
  private static final TransportConfig TINY =
      new TransportConfig(
          new RingConfig(8, 16, 2),
          8,
          512,
          2 << 10,
          1 << 10,
          16 << 10,
          2,
          3,
          0,
          300_000_000L,
          2_000_000_000L,
          60_000_000_000L,
          0,
          60_000_000_000L);

  private InetSocketAddress start(HttpHandler handler) throws Exception {
    return start(SMALL, handler);
  }

  private InetSocketAddress start(TransportConfig config, HttpHandler handler) throws Exception {
    worker =
        new RingXnio(config, failures::add, true)
            .createRingWorkers(1, "test", "test-loop")
            .getFirst();
    undertow =
        Undertow.builder()
            .setWorker(worker)
            .setHandler(handler)
            .setServerOption(io.undertow.UndertowOptions.MAX_ENTITY_SIZE, -1L)
            .addHttpListener(0, "127.0.0.1")
            .build();
    undertow.start();
    return (InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress();
  }

  @AfterEach
  void stop() throws Exception {
    undertow.stop();
    worker.shutdown();
    assertTrue(worker.awaitTermination(20, TimeUnit.SECONDS), "the loop did not end");
    assertEquals(List.of(), failures);
    assertEquals(0, worker.stats().get(Figure.OPEN));
  }

  private static byte[] randomBytes(int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);
    return bytes;
  }

  private static String head(InputStream in) throws Exception {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      assertTrue(c >= 0, "ended after " + head);
      head.append((char) c);
    }
    return head.toString();
  }

  private static void post(Socket socket, byte[] body) throws Exception {
    OutputStream out = socket.getOutputStream();
    String head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length + "\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(body);
  }

  /** Worker threads read and write blocking; both directions far exceed every buffer. */
  private static final HttpHandler BLOCKING_ECHO =
      new BlockingHandler(exchange -> {
        exchange.setResponseContentLength(exchange.getRequestContentLength());
        InputStream in = exchange.getInputStream();
        OutputStream out = exchange.getOutputStream();
        byte[] buffer = new byte[10_000];
        for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
          out.write(buffer, 0, n);
        }
      });

  @Test
  void aThrowingReadHandlerClosesOnlyItsConnection() throws Exception {
    InetSocketAddress address = start(exchange -> exchange.endExchange());
    AcceptingChannel<StreamConnection> other =
        worker.createStreamConnectionServer(
            new InetSocketAddress("127.0.0.1", 0),
            ChannelListeners.openListenerAdapter(connection -> {
              connection
                  .getSourceChannel()
                  .getConduit()
                  .setReadReadyHandler(
                      new ReadReadyHandler() {
                        @Override
                        public void readReady() {
                          throw new IllegalStateException("a defect");
                        }

                        @Override
                        public void terminated() {}

                        @Override
                        public void forceTermination() {}
                      });
              connection.getSourceChannel().resumeReads();
            }),
            OptionMap.EMPTY);
    other.resumeAccepts();
    try (Socket socket = new Socket()) {
      socket.connect(other.getLocalAddress());
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write('x');
      assertEquals(-1, socket.getInputStream().read(), "the connection is closed");
    } finally {
      other.close();
    }
    awaitFailure();
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertTrue(head(socket.getInputStream()).startsWith("HTTP/1.1 200 "));
    }
  }

  /** The connection closes before the loop reports the failure. */
  private void awaitFailure() throws Exception {
    Await.until(() -> !failures.isEmpty());
    assertEquals(1, failures.size());
    failures.clear();
  }

  @Test
  void workerThreadsCanReadAndWriteBlocking() throws Exception {
    InetSocketAddress address = start(BLOCKING_ECHO);
    byte[] body = randomBytes(3_000_000);
    List<Thread> clients = new ArrayList<>();
    List<Throwable> wrong = Collections.synchronizedList(new ArrayList<>());
    for (int c = 0; c < 6; c++) {
      clients.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  echoTwice(address, body);
                } catch (Throwable failure) {
                  wrong.add(failure);
                }
              }));
    }
    for (Thread client : clients) {
      client.join();
    }
    assertEquals(List.of(), wrong);
  }

  private static void echoTwice(InetSocketAddress address, byte[] body) throws Exception {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(30_000);
      for (int round = 0; round < 2; round++) {
        Thread sender =
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    post(socket, body);
                  } catch (Exception broken) {
                    throw new IllegalStateException(broken);
                  }
                });
        InputStream in = socket.getInputStream();
        String head = head(in);
        assertTrue(head.startsWith("HTTP/1.1 200 "), head);
        assertArrayEquals(body, in.readNBytes(body.length));
        sender.join();
      }
    }
  }

  @Test
  void bodiesAreReceivedAndResponsesSentAsynchronously() throws Exception {
    byte[] response = randomBytes(1_000_000);
    InetSocketAddress address =
        start(exchange ->
            exchange
                .getRequestReceiver()
                .receiveFullBytes((same, body) -> {
                  same.getResponseHeaders()
                      .put(
                          io.undertow.util.HttpString.tryFromString("X-Received"),
                          String.valueOf(body.length));
                  same.getResponseSender().send(java.nio.ByteBuffer.wrap(response));
                }));
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(30_000);
      for (int round = 0; round < 3; round++) {
        post(socket, randomBytes(200_000));
        String head = head(socket.getInputStream());
        assertTrue(head.contains("X-Received: 200000"), head);
        assertArrayEquals(response, socket.getInputStream().readNBytes(response.length));
      }
    }
  }

  @Test
  void moreConnectionsThanBuffersAndLargeChunksAreAllServed() throws Exception {
    byte[] response = randomBytes(200_000);
    InetSocketAddress address =
        start(exchange -> exchange.getResponseSender().send(java.nio.ByteBuffer.wrap(response)));
    List<Socket> sockets = new ArrayList<>();
    String request = "GET / HTTP/1.1\r\nHost: x\r\nX-Fill: " + "f".repeat(700) + "\r\n\r\n";
    try {
      for (int i = 0; i < 200; i++) {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        sockets.add(socket);
      }
      for (Socket socket : sockets) {
        assertTrue(head(socket.getInputStream()).startsWith("HTTP/1.1 200 "));
        assertArrayEquals(response, socket.getInputStream().readNBytes(response.length));
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void anOverflowOfTheQueueAndTooFewBuffersLoseNothing() throws Exception {
    byte[] response = randomBytes(20_000);
    InetSocketAddress address =
        start(
            TINY,
            exchange ->
                exchange
                    .getRequestReceiver()
                    .receiveFullBytes((same, body) -> {
                      assertEquals(6_000, body.length);
                      same.getResponseSender().send(java.nio.ByteBuffer.wrap(response));
                    }));
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(60_000);
        sockets.add(socket);
      }
      for (int round = 0; round < 3; round++) {
        ResetEvent sent = new ResetEvent();
        worker.loop().post(sent::await); // so that all requests arrive within one turn
        for (Socket socket : sockets) {
          post(socket, randomBytes(6_000));
        }
        sent.set();
        for (Socket socket : sockets) {
          assertTrue(head(socket.getInputStream()).startsWith("HTTP/1.1 200 "));
          assertArrayEquals(response, socket.getInputStream().readNBytes(response.length));
        }
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    assertTrue(worker.stats().get(Figure.NO_RECEIVE_BUFFER) > 0, "receiving stopped (ENOBUFS)");
    assertTrue(
        worker.loop().ring().stats().get(RingStats.Counter.CQ_OVERFLOW) > 0,
        "the completion queue overflowed");
  }

  @Test
  void aClientThatReadsNothingIsDisconnected() throws Exception {
    InetSocketAddress address =
        start(exchange ->
            exchange.getResponseSender().send(java.nio.ByteBuffer.wrap(randomBytes(30_000_000))));
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4_096);
      socket.connect(address);
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      Await.until(
          () -> worker.stats().get(Figure.ACCEPTED) > 0 && worker.stats().get(Figure.OPEN) == 0);
    }
  }
}
