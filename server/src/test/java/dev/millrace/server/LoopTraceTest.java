package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs.Served;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every byte comes off the ring: what the loops' threads ask of the kernel, as strace sees it. */
class LoopTraceTest {
  private static final int REQUESTS = 1_000;

  /** Resolves a path only if it is in memory; all others are the ring's to resolve. */
  private static final String CACHED_ONLY = "openat2 RESOLVE_CACHED";

  /** The data path's calls, and what was allowed beside them; a peer's name is asked for once. */
  private static final Set<String> DATA_PATH =
      Set.of(
          "io_uring_enter",
          "futex",
          "fstat",
          "newfstatat",
          "close",
          CACHED_ONLY,
          "sendfile",
          "preadv2",
          "getpeername");

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

  /**
   * A class met for the first time, read from the JDK's image or a jar: the warm-up meets nearly
   * all, but not those of a path the compiler or a timer takes first while it is traced.
   */
  private static final Pattern CLASS_LOADING =
      Pattern.compile("(?:pread64|read|lseek)\\(\\d+<[^>]*(?:/lib/modules|\\.jar)>.*");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void theLoopThreadEntersTheRingAndNothingElse(int loops) throws Exception {
    Path root = Files.createDirectory(directory.resolve("root"));
    Files.write(root.resolve("small"), new byte[1_000]);
    Files.write(root.resolve("large"), new byte[500_000]);
    List<RawClient> clients = new ArrayList<>();
    try (Served served =
        Served.start(List.of(), "--transport=uring", "--loops=" + loops, root.toString())) {
      // Each goes to one loop or the other; that all of sixteen go to one is one in 32 768.
      for (int i = 0; i < (loops == 1 ? 1 : 16); i++) {
        clients.add(new RawClient(new InetSocketAddress("127.0.0.1", served.port())));
      }
      fetch(clients, 500 * loops); // most classes are loaded before the trace
      List<Long> threads = served.loopThreads();
      assertEquals(loops, threads.size(), "threads called millrace-loop");
      List<Process> straces = new ArrayList<>();
      for (long thread : threads) {
        straces.add(attach(thread, trace(thread)));
      }
      fetch(clients, REQUESTS);
      for (Process strace : straces) {
        strace.destroy(); // SIGTERM detaches
        assertTrue(strace.waitFor(20, TimeUnit.SECONDS));
      }
      TreeMap<String, Integer> all = new TreeMap<>();
      for (long thread : threads) {
        TreeMap<String, Integer> calls = countCalls(trace(thread));
        assertTrue(calls.containsKey("io_uring_enter"), "each loop serves: " + calls);
        calls.forEach((call, times) -> all.merge(call, times, Integer::sum));
      }
      assertTrue(all.getOrDefault("io_uring_enter", 0) >= REQUESTS, all.toString());
      assertTrue(
          all.getOrDefault("fstat", 0) + all.getOrDefault("newfstatat", 0) >= REQUESTS,
          "the trace is of the threads that serve: " + all);
      all.keySet().removeAll(DATA_PATH);
      all.keySet().removeAll(RUNTIME);
      assertEquals("{}", all.toString(), "other calls of the loops' threads");
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  private Path trace(long thread) {
    return directory.resolve("trace-" + thread);
  }

  private static void fetch(List<RawClient> clients, int requests) throws Exception {
    for (int i = 0; i < requests; i++) {
      RawClient client = clients.get(i % clients.size());
      client.get(i % 10 == 0 ? "/large" : "/small");
      RawClient.Head head = client.head();
      assertEquals(200, head.status());
      client.body(head.contentLength());
    }
  }

  private static Process attach(long thread, Path trace) throws Exception {
    Path log = trace.resolveSibling(trace.getFileName() + ".log");
    Process strace =
        new ProcessBuilder("strace", "-y", "-p", "" + thread, "-o", trace.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Await.until(() -> {
      String text = Files.readString(log);
      assertTrue(strace.isAlive(), text);
      return text.contains("attached");
    });
    return strace;
  }

  private static TreeMap<String, Integer> countCalls(Path trace) throws Exception {
    TreeMap<String, Integer> calls = new TreeMap<>();
    for (String line : Files.readAllLines(trace)) {
      int parenthesis = line.indexOf('(');
      if (parenthesis > 0
          && Character.isLowerCase(line.charAt(0))
          && !CLASS_LOADING.matcher(line).matches()) {
        String call = line.substring(0, parenthesis);
        boolean cached = call.equals("openat2") && line.contains("RESOLVE_CACHED");
        calls.merge(cached ? CACHED_ONLY : call, 1, Integer::sum);
      }
    }
    return calls;
  }
}
