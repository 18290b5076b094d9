package dev.millrace.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.app.Programs.Served;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every byte comes off the ring: what the loop's thread asks of the kernel, as strace sees it. */
class LoopTraceTest {
  private static final int REQUESTS = 1_000;

  /** The data path's calls, and what was allowed beside them. */
  private static final Set<String> DATA_PATH =
      Set.of("io_uring_enter", "futex", "fstat", "newfstatat", "close", "sendfile", "preadv2");

  /** The Java machine's own housekeeping: memory, safepoints, the scheduler. None moves a byte. */
  private static final Set<String> RUNTIME =
      Set.of(
          "mmap",
          "munmap",
          "mprotect",
          "madvise",
          "sched_yield",
          "rt_sigprocmask",
          "rt_sigreturn",
          "restart_syscall",
          "gettid",
          "getcpu",
          "getrusage",
          "clock_gettime");

  @TempDir Path directory;

  @Test
  void theLoopThreadEntersTheRingAndNothingElse() throws Exception {
    Path root = Files.createDirectory(directory.resolve("root"));
    Files.write(root.resolve("small"), new byte[1_000]);
    Files.write(root.resolve("large"), new byte[500_000]);
    try (Served served = Served.start(List.of(), "--transport=uring", root.toString());
        RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", served.port()))) {
      fetch(client, 500); // classes are loaded and read from their jars before the trace begins
      Path trace = directory.resolve("trace");
      Process strace = attach(loopThread(served.process().pid()), trace);
      fetch(client, REQUESTS);
      strace.destroy(); // SIGTERM detaches
      assertTrue(strace.waitFor(20, TimeUnit.SECONDS));
      TreeMap<String, Integer> calls = countCalls(trace);
      assertTrue(calls.getOrDefault("io_uring_enter", 0) >= REQUESTS, calls.toString());
      assertTrue(
          calls.getOrDefault("fstat", 0) + calls.getOrDefault("newfstatat", 0) >= REQUESTS,
          "the trace is of the thread that serves: " + calls);
      calls.keySet().removeAll(DATA_PATH);
      calls.keySet().removeAll(RUNTIME);
      assertEquals("{}", calls.toString(), "other calls of the loop's thread");
    }
  }

  private static void fetch(RawClient client, int requests) throws Exception {
    for (int i = 0; i < requests; i++) {
      client.get(i % 10 == 0 ? "/large" : "/small");
      RawClient.Head head = client.head();
      assertEquals(200, head.status());
      client.body(head.contentLength());
    }
  }

  private static String loopThread(long pid) throws Exception {
    try (var threads = Files.list(Path.of("/proc", String.valueOf(pid), "task"))) {
      for (Path thread : threads.toList()) {
        if (Files.readString(thread.resolve("comm")).strip().equals("millrace-loop")) {
          return thread.getFileName().toString();
        }
      }
    }
    throw new AssertionError("no thread is called millrace-loop");
  }

  private static Process attach(String thread, Path trace) throws Exception {
    Path log = trace.resolveSibling("strace.log");
    Process strace =
        new ProcessBuilder("strace", "-p", thread, "-o", trace.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!Files.readString(log).contains("attached")) {
      assertTrue(strace.isAlive() && System.nanoTime() < deadline, Files.readString(log));
      Thread.sleep(20);
    }
    return strace;
  }

  private static TreeMap<String, Integer> countCalls(Path trace) throws Exception {
    TreeMap<String, Integer> calls = new TreeMap<>();
    for (String line : Files.readAllLines(trace)) {
      int parenthesis = line.indexOf('(');
      if (parenthesis > 0 && Character.isLowerCase(line.charAt(0))) {
        calls.merge(line.substring(0, parenthesis), 1, Integer::sum);
      }
    }
    return calls;
  }
}
