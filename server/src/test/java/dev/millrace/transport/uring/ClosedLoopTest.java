package dev.millrace.transport.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.loop.LoopClosedException;
import io.undertow.Undertow;
import io.undertow.server.handlers.BlockingHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Worker threads that are blocked on a connection whose loop ends without closing it. */
class ClosedLoopTest {
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void blockedReadsAndWritesFailWhenTheLoopEnds(boolean writes) throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CompletableFuture<IOException> ended = new CompletableFuture<>();
    RingWorker worker =
        new RingXnio(TransportConfig.DEFAULT, failures::add, true)
            .createRingWorkers(1, "test", "test-loop")
            .getFirst();
    BlockingHandler handler =
        new BlockingHandler(exchange -> {
          byte[] chunk = new byte[1 << 20];
          try {
            began.countDown();
            while (true) {
              if (writes) {
                exchange.getOutputStream().write(chunk); // the client reads none of it
              } else {
                assertEquals(-1, exchange.getInputStream().read()); // the client sends none
              }
            }
          } catch (IOException failed) {
            ended.complete(failed);
          }
        });
    Undertow undertow =
        Undertow.builder()
            .setWorker(worker)
            .setHandler(handler)
            .addHttpListener(0, "127.0.0.1")
            .build();
    undertow.start();
    InetSocketAddress address =
        (InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress();
    try (Socket client = new Socket(address.getAddress(), address.getPort())) {
      client
          .getOutputStream()
          .write(
              "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      assertTrue(began.await(20, TimeUnit.SECONDS), "the handler did not start");
      worker.loop().stop(); // without closing its connections first
      assertTrue(worker.awaitTermination(20, TimeUnit.SECONDS), "the loop did not end");
      IOException failed = ended.get(20, TimeUnit.SECONDS);
      assertInstanceOf(LoopClosedException.class, failed.getCause(), failed.toString());
    }
    worker.shutdown();
    assertEquals(List.of(), failures);
  }
}
