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

/** The system calls of the loop threads, traced by strace: all I/O must go through the ring. */
class LoopTraceTest {
  private static final int REQUESTS = 1_000;

  /** Resolves a path only from the dentry cache; the ring resolves all other paths. */
  private static final String CACHED_ONLY = "openat2 RESOLVE_CACHED";

  /** The allowed calls of the data path; getpeername occurs once per connection. */
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

  /** The JVM's own memory, safepoint and scheduler calls, which do no I/O. */
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
   * Class loading from the JDK's image or a jar. The requests before the trace load nearly all
   * classes, except those of paths that the compiler or a timer first takes during the trace.
   */
  private static final Pattern CLASS_LOADING =
      Pattern.compile("(?:pread64|read|lseek)\\(\\d+<[^>]*(?:/lib/modules|\\.jar)>.*");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void loopThreadsMakeOnlyTheAllowedSystemCalls(int loops) throws Exception {
    Path root = Files.createDirectory(directory.resolve("root"));
    Files.write(root.resolve("small"), new byte[1_000]);
    Files.write(root.resolve("large"), new byte[500_000]);
    List<RawClient> clients = new ArrayList<>();
    try (Served served =
        Served.start(List.of(), "--transport=uring", "--loops=" + loops, root.toString())) {
      // The kernel assigns connections to loops: all 16 reach the same one once in 32 768 runs.
      for (int i = 0; i < (loops == 1 ? 1 : 16); i++) {
        clients.add(new RawClient(new InetSocketAddress("127.0.0.1", served.port())));
      }
      fetch(clients, 500 * loops); // loads most classes before the trace
      List<Long> threads = served.loopThreads();
      assertEquals(loops, threads.size(), "threads named millrace-loop");
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
          "fewer fstat calls than requests: " + all);
      all.keySet().removeAll(DATA_PATH);
      all.keySet().removeAll(RUNTIME);
      assertEquals("{}", all.toString(), "other calls of the loop threads");
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
