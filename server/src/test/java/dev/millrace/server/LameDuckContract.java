package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.RawClient.Head;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** During a stop, clients with persistent connections lose no request. */
abstract class LameDuckContract {
  private static final int CLIENTS = 50;
  private static final int STOPS = 3;

  @TempDir Path root;

  abstract Via transport();

  private RunningServer start() throws Exception {
    Files.writeString(root.resolve("f"), "content");
    return RunningServer.start(
        root, transport(), "lame-duck: 1s\n"); // RunningServer sets the value
  }

  /** Checks for an end of stream just before it sends, as clients with connection pools do. */
  private static final class Client implements AutoCloseable {
    private final RawClient raw;
    boolean closeRequested;

    Client(InetSocketAddress address) throws IOException {
      raw = new RawClient(address);
    }

    boolean hasEnded() throws IOException {
      return raw.hasEnded();
    }

    /** Sends a request and reads its response; throws if there is none. */
    void exchange() throws IOException {
      raw.get("/f");
      Head head = raw.head();
      assertEquals("content", new String(raw.body(head), StandardCharsets.US_ASCII));
      closeRequested = head.field("connection").equals("close");
    }

    @Override
    public void close() throws IOException {
      raw.close();
    }
  }

  @Test
  void aStopLosesNoRequest() throws Exception {
    for (int stop = 0; stop < STOPS; stop++) {
      List<String> lost = new ArrayList<>();
      AtomicInteger closed = new AtomicInteger();
      AtomicInteger sent = new AtomicInteger();
      List<Thread> clients = new ArrayList<>();
      try (RunningServer server = start()) {
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(
              Thread.ofVirtual()
                  .start(() -> {
                    try (Client client = new Client(server.address())) {
                      while (!client.closeRequested && !client.hasEnded()) {
                        client.exchange();
                        sent.incrementAndGet();
                        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(20_000_000));
                      }
                      closed.addAndGet(client.closeRequested ? 1 : 0);
                    } catch (IOException failed) {
                      synchronized (lost) {
                        lost.add(failed.toString());
                      }
                    }
                  }));
        }
        while (sent.get() < 10 * CLIENTS) {
          Thread.onSpinWait();
        }
      }
      for (Thread client : clients) {
        client.join();
      }
      assertEquals(List.of(), lost, "in stop " + stop);
      assertEquals(CLIENTS, closed.get(), "each client gets Connection: close");
    }
  }

  @Test
  void duringLameDuckIdleConnectionsEndAndNewOnesAreServed() throws Exception {
    RunningServer server = start();
    try (RawClient idle = new RawClient(server.address());
        RawClient fresh = new RawClient(server.address())) {
      idle.get("/f");
      idle.body(idle.head().contentLength());
      Thread stopping = Thread.ofPlatform().start(server::close);
      String ready;
      do {
        ready = server.readiness();
      } while (ready.equals("200"));
      assertEquals("503", ready, "not ready before the port closes");
      try (RawClient late = new RawClient(server.address())) {
        late.get("/f");
        assertEquals(
            "close", late.head().field("connection"), "connected during the lame-duck phase");
      }
      fresh.get("/f");
      Head head = fresh.head();
      assertEquals(200, head.status());
      assertEquals("close", head.field("connection"));
      fresh.body(head.contentLength());
      assertTrue(fresh.atEnd());
      assertTrue(idle.atEnd(), "end of stream without a reset");
      stopping.join();
    }
  }
}
