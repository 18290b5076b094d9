package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Result;
import dev.millrace.server.Programs.Served;
import dev.millrace.server.RawClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --loops} on the command line: rejected values, addresses in use, and stops under load. */
class LoopsCommandTest {
  @TempDir Path root;

  private Result runServe(String listen, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of("serve", root.toString(), "--listen=" + listen, "--management=127.0.0.1:0"));
    arguments.addAll(List.of(more));
    return Programs.run(Programs.millrace(arguments.toArray(String[]::new)), Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "many", "1.5", "100000"})
  void anInvalidNumberOfLoopsIsRefused(String loops) throws Exception {
    int most = 2 * Runtime.getRuntime().availableProcessors();
    Result result = runServe("127.0.0.1:0", "--loops=" + loops);
    assertEquals(
        "millrace: --loops: '" + loops + "' is not a number from 1 to " + most + "\n",
        result.err());
    assertEquals(2, result.exitCode());
  }

  /** The first socket never sets SO_REUSEPORT, which would let other processes share the port. */
  @Test
  void aPortInUseIsRefusedEvenIfItsOwnerSharesIt() throws Exception {
    for (boolean shared : new boolean[] {false, true}) {
      try (ServerSocket taken = new ServerSocket()) {
        taken.setOption(StandardSocketOptions.SO_REUSEPORT, shared);
        taken.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        assertInUse("127.0.0.1:" + taken.getLocalPort(), "--transport=uring");
        assertInUse("127.0.0.1:" + taken.getLocalPort(), "--transport=nio");
      }
    }
    try (Served other = Served.start(List.of(), "--loops=2", root.toString())) {
      assertInUse("127.0.0.1:" + other.port(), "--transport=uring");
    }
  }

  private void assertInUse(String address, String transport) throws Exception {
    Result result = runServe(address, "--loops=2", transport);
    assertEquals("millrace: listen: " + address + ": the address is in use\n", result.err());
    assertEquals(2, result.exitCode());
  }

  /**
   * Slow downloads keep the server alive during the drain. Each client that sends further requests
   * gets a complete response with {@code Connection: close}; no request is lost.
   */
  @ParameterizedTest
  @ValueSource(strings = {"uring", "nio"})
  void aSignalUnderLoadLosesNoRequest(String transport) throws Exception {
    byte[] large = new byte[8 << 20];
    Files.write(root.resolve("large"), large);
    Files.write(root.resolve("small"), new byte[700]);
    List<RawClient> slow = new ArrayList<>();
    try (Served served =
            Served.start(
                List.of(), "--loops=2", "--transport", transport, "--drain=40s", root.toString());
        ExecutorService threads = Executors.newFixedThreadPool(12)) {
      assertTrue(served.greeting().contains("(2 loops"), served.greeting());
      InetSocketAddress address = new InetSocketAddress("127.0.0.1", served.port());
      for (int i = 0; i < 12; i++) {
        slow.add(new RawClient(address, 8 << 10));
        slow.getLast().get("/large");
        assertEquals(large.length, slow.getLast().head().contentLength());
      }
      AtomicInteger responses = new AtomicInteger();
      List<Future<?>> quick = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        RawClient client = new RawClient(address);
        quick.add(threads.submit(() -> requestUntilClose(client, responses)));
      }
      Await.until(() -> responses.get() >= 500);
      assertEquals(0, Programs.run("kill", "-TERM", "" + served.process().pid()).exitCode());
      for (Future<?> one : quick) {
        one.get(30, TimeUnit.SECONDS);
      }
      assertTrue(served.process().isAlive(), "stopped before the slow downloads ended");
      for (RawClient client : slow) {
        assertEquals(large.length, client.body(large.length).length);
      }
      for (RawClient client : slow) {
        assertTrue(client.atEnd(), "closed after the download");
      }
      assertTrue(served.process().waitFor(20, TimeUnit.SECONDS));
      assertEquals(0, served.process().exitValue());
      assertFalse(served.log().contains("Exception"), served.log());
    } finally {
      for (RawClient client : slow) {
        client.close();
      }
    }
  }

  /** Throws if a response is incomplete. */
  private static Void requestUntilClose(RawClient client, AtomicInteger responses)
      throws Exception {
    try (client) {
      boolean last = false;
      while (!last) {
        client.get("/small");
        RawClient.Head head = client.head();
        assertEquals(200, head.status());
        assertEquals(700, client.body(head.contentLength()).length);
        responses.incrementAndGet();
        last = head.field("connection").equalsIgnoreCase("close");
      }
      assertTrue(client.atEnd());
      return null;
    }
  }
}
