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
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
    new SplittableRandom(1).nextBytes(LARGE);
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

  /**
   * Each second call of the ring fails, without its effect. The failures end before strace
   * detaches: a call whose result strace has not yet replaced would fail with ENOSYS.
   */
  @ParameterizedTest
  @ValueSource(strings = {"EINTR", "EAGAIN", "EBUSY"})
  void aStormOfErrorsOfTheRingLosesNothing(String errno) throws Exception {
    int failures = 100;
    try (Served served = Served.start(List.of(), "--transport=uring", root.toString());
        RawClient client = connect(served)) {
      var _ = fetch(client, "/large");
      Process strace = failCalls(served, errno + ":when=1.." + (2 * failures - 1) + "+2");
      List<RawClient> others = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        RawClient other = connect(served);
        others.add(other);
        other.get("/large");
      }
      for (RawClient other : others) {
        assertArrayEquals(LARGE, other.body(other.head()));
        other.close();
      }
      while (injected() < failures) {
        var _ = fetch(client, "/small");
      }
      strace.destroy(); // SIGTERM detaches
      assertTrue(strace.waitFor(60, TimeUnit.SECONDS));
      assertEquals(failures, injected());
      var _ = fetch(client, "/large");
      assertTrue(!served.log().contains("SEVERE"), served.log());
    }
  }

  /** Makes io_uring_enter fail on the loop's thread; returns as soon as strace is attached. */
  private Process failCalls(Served served, String errorAndTimes) throws Exception {
    Path log = directory.resolve("strace.log");
    Process strace =
        new ProcessBuilder(
                "strace",
                "-p",
                "" + served.loopThreads().getFirst(),
                "-e",
                "trace=io_uring_enter",
                "-e",
                "inject=io_uring_enter:error=" + errorAndTimes,
                "-o",
                trace().toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Await.until(() -> {
      String text = Files.readString(log);
      assertTrue(strace.isAlive() || text.contains("attached"), text);
      return text.contains("attached");
    });
    return strace;
  }

  private Path trace() {
    return directory.resolve("trace");
  }

  private long injected() throws Exception {
    return Files.readString(trace()).lines().filter(call -> call.contains("(INJECTED)")).count();
  }

  /** A supervisor can start another process, which is better than one that serves no request. */
  @Test
  void aFailedLoopEndsTheProcess() throws Exception {
    try (Served served = Served.start(List.of(), "--transport=uring", root.toString());
        RawClient client = connect(served)) {
      var _ = fetch(client, "/small");
      Process strace = failCalls(served, "ENOSYS:when=1+");
      client.get("/small");
      assertTrue(served.process().waitFor(60, TimeUnit.SECONDS), served.log());
      assertEquals(70, served.process().exitValue());
      assertTrue(served.log().contains("SEVERE"), served.log());
      assertTrue(served.log().contains("millrace-loop"), served.log());
      assertTrue(served.log().contains("ENOSYS"), served.log());
      assertTrue(strace.waitFor(60, TimeUnit.SECONDS));
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
