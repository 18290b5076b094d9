package dev.millrace.examples;

import dev.millrace.blocking.RingCaller;
import dev.millrace.loop.CompletionTarget;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopThread;
import dev.millrace.loop.LoopWait;
import dev.millrace.sync.ResetEvent;
import dev.millrace.uring.OpKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures the three models: memory of a waiting task, cost of a switch, throughput of the copy.
 *
 * <p>A waiting task has an operation in flight: its thread sleeps or is parked, or its state
 * machine is idle. Memory is the growth of the process's resident set, after a garbage collection,
 * divided by the number of tasks; kernel memory of operations is not included. A switch is a no-op
 * that goes to the ring and returns to the task.
 */
public final class ExecutionModels {
  private static final int COPY_BYTES = 64 << 20;
  private static final int COPIES = 8;
  private static final int SWITCHES = 200_000;

  private enum Model {
    PLATFORM,
    VIRTUAL,
    MACHINE
  }

  private ExecutionModels() {}

  /** Prints the tables. Argument: the maximum number of tasks, 1 000 000 by default. */
  public static void main(String... arguments) throws Exception {
    int max = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
    if (arguments.length == 3) { // a memory measurement in a child process
      memory(Model.valueOf(arguments[1]), Integer.parseInt(arguments[2]));
      return;
    }
    System.out.println("| model | tasks | memory per task, bytes |\n|---|---|---|");
    for (Model model : Model.values()) {
      int largest = model == Model.PLATFORM ? Math.min(max, maxThreads()) : max;
      for (int tasks : new int[] {10, 10_000, largest}) {
        measureMemoryElsewhere(model, tasks);
      }
    }
    System.out.println(
        "\n| model | switch, 1 task, ns | switch, 64 tasks, ns | copy and hash, MB/s |"
            + "\n|---|---|---|---|");
    for (Model model : Model.values()) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %d | %d | %d |%n",
          model,
          medianSwitchNanos(model, 1),
          medianSwitchNanos(model, 64),
          medianThroughput(model));
    }
  }

  /** Maximum of threads that the system allows a process, less those of the runtime. */
  private static int maxThreads() throws IOException {
    long threads = setting("kernel/threads-max");
    long pids = setting("kernel/pid_max");
    long maps = setting("vm/max_map_count") / 2; // a stack and its guard
    return (int) Math.min(Math.min(threads / 2, pids - 2_000), Math.min(maps - 2_000, 30_000));
  }

  /** Reads through a buffer: a second read of such a file returns nothing. */
  private static long setting(String name) throws IOException {
    return Long.parseLong(Files.readAllLines(Path.of("/proc/sys", name)).getFirst().strip());
  }

  private static void measureMemoryElsewhere(Model model, int tasks) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ExecutionModels.class.getName(),
                "0",
                model.name(),
                String.valueOf(tasks))
            .inheritIO()
            .start();
    int exitCode = process.waitFor();
    if (exitCode != 0) {
      System.out.printf("| %s | %d | failed: exit code %d |%n", model, tasks, exitCode);
    }
  }

  private static void memory(Model model, int tasks) throws Exception {
    try (LoopThread thread = LoopThread.start("loop")) {
      EventLoop loop = thread.loop();
      waitOnce(loop, model, 10); // loads classes and warms up code
      long before = residentBytes();
      AtomicInteger waiting = new AtomicInteger();
      ResetEvent go = new ResetEvent();
      List<Object> kept = new ArrayList<>(tasks);
      for (int i = 0; i < tasks; i++) {
        kept.add(startWaiting(loop, model, waiting, go));
      }
      while (waiting.get() < tasks) {
        Thread.sleep(10);
      }
      Thread.sleep(500);
      long after = residentBytes();
      System.out.printf("| %s | %d | %d |%n", model, tasks, (after - before) / tasks);
      System.out.flush();
      if (kept.size() != tasks) {
        throw new AssertionError("tasks were lost");
      }
      Runtime.getRuntime().halt(0); // does not wait for tens of thousands of sleeping threads
    }
  }

  private static void waitOnce(EventLoop loop, Model model, int tasks) throws Exception {
    long unused = switchNanos(loop, model, tasks, 100);
    if (unused < 0) {
      throw new AssertionError("time went backwards");
    }
  }

  /** Starts a task that waits for a completion, the usual state of most tasks. */
  private static Object startWaiting(
      EventLoop loop, Model model, AtomicInteger waiting, ResetEvent never) {
    Runnable body =
        () -> {
          try (RingCaller caller = new RingCaller(loop)) {
            int result = caller.nop(); // uses the ring once, as a real task does
            waiting.addAndGet(result == 0 ? 1 : 0);
            never.await();
          }
        };
    return switch (model) {
      case PLATFORM -> Thread.ofPlatform().daemon().start(body);
      case VIRTUAL -> Thread.startVirtualThread(body);
      case MACHINE -> {
        Machine machine = new Machine(loop, 1, waiting::incrementAndGet);
        loop.post(machine::start);
        yield machine;
      }
    };
  }

  private static long residentBytes() throws Exception {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(100);
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new AssertionError("no VmRSS");
  }

  /** Submits a number of no-ops one after another, then calls {@code done}. */
  private static final class Machine implements CompletionTarget {
    private final EventLoop loop;
    private final Runnable done;
    private long handle;
    private int left;

    Machine(EventLoop loop, int rounds, Runnable done) {
      this.loop = loop;
      this.left = rounds;
      this.done = done;
    }

    void start() {
      handle = loop.register(this);
      step();
    }

    private void step() {
      loop.ring().prepNop(loop.begin(handle, OpKind.NOP, 0));
    }

    @Override
    public void completed(int tag, int result, int flags) {
      if (--left > 0) {
        step();
      } else {
        done.run();
      }
    }
  }

  private static long medianSwitchNanos(Model model, int tasks) throws Exception {
    try (LoopThread thread = LoopThread.start("loop")) {
      long[] results = new long[7];
      for (int i = 0; i < results.length; i++) {
        results[i] = switchNanos(thread.loop(), model, tasks, SWITCHES / tasks);
      }
      Arrays.sort(results);
      return results[results.length / 2];
    }
  }

  private static long switchNanos(EventLoop loop, Model model, int tasks, int rounds)
      throws Exception {
    long before = System.nanoTime();
    if (model == Model.MACHINE) {
      AtomicInteger running = new AtomicInteger(tasks);
      LoopWait done = new LoopWait(loop);
      loop.post(() -> {
        for (int i = 0; i < tasks; i++) {
          new Machine(
                  loop,
                  rounds,
                  () -> {
                    if (running.decrementAndGet() == 0) {
                      done.happened();
                    }
                  })
              .start();
        }
      });
      done.await();
    } else {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < tasks; i++) {
        threads.add(builder(model).start(() -> nops(loop, rounds)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    return (System.nanoTime() - before) / ((long) tasks * rounds);
  }

  private static Thread.Builder builder(Model model) {
    return model == Model.PLATFORM ? Thread.ofPlatform() : Thread.ofVirtual();
  }

  private static void nops(EventLoop loop, int rounds) {
    try (RingCaller caller = new RingCaller(loop)) {
      for (int i = 0; i < rounds; i++) {
        if (caller.nop() != 0) {
          throw new AssertionError("a nop failed");
        }
      }
    }
  }

  private static long medianThroughput(Model model) throws Exception {
    Path directory = Files.createTempDirectory("millrace-models");
    try (LoopThread thread = LoopThread.start("loop")) {
      byte[] content = new byte[COPY_BYTES];
      new Random(1).nextBytes(content);
      Path from = Files.write(directory.resolve("from"), content);
      long[] results = new long[3];
      for (int i = 0; i < results.length; i++) {
        long before = System.nanoTime();
        copyAll(thread.loop(), model, from, directory);
        double seconds = (System.nanoTime() - before) / 1e9;
        results[i] = Math.round((double) COPY_BYTES * COPIES / seconds / 1e6);
      }
      Arrays.sort(results);
      return results[1];
    } finally {
      try (var files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }

  private static void copyAll(EventLoop loop, Model model, Path from, Path directory) {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < COPIES; i++) {
      Path to = directory.resolve("to" + i);
      Outcome outcome = new Outcome(loop);
      outcomes.add(outcome);
      if (model == Model.MACHINE) {
        StateMachineCopy.start(loop, from, to, outcome);
      } else {
        builder(model).start(() -> outcome.run(() -> BlockingCopy.copy(loop, from, to)));
      }
    }
    String first = outcomes.getFirst().get();
    for (Outcome outcome : outcomes) {
      if (!outcome.get().equals(first)) {
        throw new AssertionError("copies differ");
      }
    }
  }
}
