package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs.Served;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a kernel or an administrator does to a whole process: afterwards it serves as before. */
class ProcessFaultsTest {
  private static final byte[] LARGE = new byte[5_000_000];

  @TempDir Path directory;
  private Path root;

  @BeforeEach
  void files() throws Exception {
    root = Files.createDirectory(directory.resolve("root"));
    new Random(1).nextBytes(LARGE);
    Files.write(root.resolve("large"), LARGE);
    Files.writeString(root.resolve("small"), "content");
  }

  private static RawClient connect(Served served) throws Exception {
    return new RawClient(new InetSocketAddress("127.0.0.1", served.port()));
  }

  private static RawClient.Head fetch(RawClient client, String target) throws Exception {
    client.get(target);
    RawClient.Head head = client.head();
    assertEquals(200, head.status());
    byte[] body = client.body(head);
    if (target.equals("/large")) {
      assertArrayEquals(LARGE, body);
    }
    return head;
  }

  /** Half of the loop's calls of the ring fail, without their effect. */
  @ParameterizedTest
  @ValueSource(strings = {"EINTR", "EAGAIN", "EBUSY"})
  void aStormOfErrorsOfTheRingLosesNothing(String errno) throws Exception {
    Path log = directory.resolve("strace.log");
    try (Served served = Served.start(List.of(), "--transport=uring", root.toString());
        RawClient client = connect(served)) {
      var _ = fetch(client, "/large");
      Process strace =
          new ProcessBuilder(
                  "strace",
                  "-p",
                  "" + served.loopThreads().getFirst(),
                  "-e",
                  "trace=io_uring_enter",
                  "-e",
                  "inject=io_uring_enter:error=" + errno + ":when=1+2",
                  "-o",
                  directory.resolve("trace").toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      Await.until(() -> {
        String text = Files.readString(log);
        assertTrue(strace.isAlive(), text);
        return text.contains("attached");
      });
      List<RawClient> others = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        RawClient other = connect(served);
        others.add(other);
        other.get("/large");
      }
      for (int i = 0; i < 200; i++) {
        var _ = fetch(client, "/small");
      }
      for (RawClient other : others) {
        assertArrayEquals(LARGE, other.body(other.head()));
        other.close();
      }
      strace.destroy(); // SIGTERM detaches
      assertTrue(strace.waitFor(60, TimeUnit.SECONDS));
      String calls = Files.readString(directory.resolve("trace"));
      long injected = calls.lines().filter(call -> call.contains("(INJECTED)")).count();
      assertTrue(injected > 20, injected + " calls failed");
      var _ = fetch(client, "/large");
      assertTrue(!served.log().contains("SEVERE"), served.log());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "nio"})
  void aStoppedProcessContinuesWhereItWas(String transport) throws Exception {
    try (Served served = Served.start(List.of(), "--transport=" + transport, root.toString());
        RawClient client = connect(served);
        RawClient download = connect(served)) {
      var _ = fetch(client, "/small");
      download.get("/large");
      RawClient.Head head = download.head(); // the body is under way
      signal(served, "STOP");
      Await.until(() -> state(served) == 'T');
      client.get("/small"); // stays in the socket
      try (RawClient waiting = connect(served)) { // stays in the backlog
        waiting.get("/small");
        signal(served, "CONT");
        assertEquals(200, waiting.head().status());
      }
      assertEquals(200, client.head().status());
      assertArrayEquals(LARGE, download.body(head));
      assertTrue(!served.log().contains("SEVERE"), served.log());
    }
  }

  private static void signal(Served served, String name) throws Exception {
    assertEquals(0, Programs.run("kill", "-" + name, "" + served.process().pid()).exitCode());
  }

  /** As in proc_pid_stat(5). */
  private static char state(Served served) throws Exception {
    String stat = Files.readString(Path.of("/proc/" + served.process().pid() + "/stat"));
    return stat.charAt(stat.lastIndexOf(')') + 2);
  }
}
