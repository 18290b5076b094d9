package dev.millrace.sync.benchmarks;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs every comparison in rounds, ours and theirs by turns, and prints the medians as Markdown.
 *
 * <p>Every figure is time per operation, so a ratio below 1 is ours being faster: for throughput
 * with n threads it is the wall time in which all of them together complete one operation.
 */
public final class Report {
  /** Ours, and what it is held against. */
  private record Comparison(
      String title, String ours, List<String> theirs, List<Integer> threads) {}

  private static final List<Integer> CROWDS = List.of(1, 2, 4, 8);
  private static final List<Integer> ONE = List.of(1);

  private static final List<Comparison> COMPARISONS =
      List.of(
          new Comparison(
              "Mutex, lock and unlock",
              "mutex",
              List.of("mutexReentrantLock", "mutexSynchronized"),
              CROWDS),
          new Comparison("Semaphore, one permit", "semaphore", List.of("semaphoreJuc"), CROWDS),
          new Comparison("RwLock, all read", "rwRead", List.of("rwReadJuc"), CROWDS),
          new Comparison("RwLock, all write", "rwWrite", List.of("rwWriteJuc"), CROWDS),
          new Comparison("RwLock, 1 of 16 writes", "rwMixed", List.of("rwMixedJuc"), CROWDS),
          new Comparison(
              "Hand-off, Semaphore",
              "handOffSemaphore",
              List.of("handOffSemaphoreJuc", "handOffSemaphorePark"),
              ONE),
          new Comparison(
              "Hand-off, Mutex and Condition",
              "handOffCondition",
              List.of("handOffConditionJuc"),
              ONE),
          new Comparison(
              "Hand-off, ResetEvent and WaitGroup",
              "handOffGroup",
              List.of("handOffGroupLatch"),
              ONE),
          new Comparison(
              "ThreadPool, 1,000 tasks, each", "poolBatch", List.of("poolBatchExecutor"), ONE),
          new Comparison(
              "ThreadPool, one task there and back",
              "poolRoundTrip",
              List.of("poolRoundTripExecutor"),
              ONE));

  private final Map<String, List<Double>> nanos = new LinkedHashMap<>();

  private Report() {}

  /** Arguments: a part of the names to run ({@code .} for all), and how many rounds. */
  public static void main(String[] arguments) throws RunnerException {
    String match = arguments[0].equals(".") ? "" : arguments[0];
    int rounds = Integer.parseInt(arguments[1]);
    Report report = new Report();
    for (int round = 1; round <= rounds; round++) {
      for (Comparison comparison : COMPARISONS) {
        if (comparison.ours().contains(match)) {
          for (int threads : comparison.threads()) {
            report.run(comparison, threads);
          }
        }
      }
      System.out.println("round " + round + " of " + rounds + " done");
    }
    report.print(match, rounds);
  }

  private void run(Comparison comparison, int threads) throws RunnerException {
    List<String> names = new ArrayList<>(List.of(comparison.ours()));
    names.addAll(comparison.theirs());
    OptionsBuilder options = new OptionsBuilder();
    names.forEach(name -> options.include("Benchmark\\." + name + "$"));
    options
        .mode(Mode.AverageTime)
        .timeUnit(TimeUnit.NANOSECONDS)
        .threads(threads)
        .forks(1)
        .warmupIterations(3)
        .warmupTime(TimeValue.milliseconds(400))
        .measurementIterations(3)
        .measurementTime(TimeValue.milliseconds(500))
        .verbosity(VerboseMode.SILENT)
        .shouldFailOnError(true)
        .jvmArgs("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx512m");
    Collection<RunResult> results = new Runner(options.build()).run();
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark();
      String key = key(name.substring(name.lastIndexOf('.') + 1), threads, hold(result));
      nanos
          .computeIfAbsent(key, absent -> new ArrayList<>())
          .add(result.getPrimaryResult().getScore() / threads);
    }
  }

  private static String hold(RunResult result) {
    return result.getParams().getParamsKeys().contains("holdNanos")
        ? result.getParams().getParam("holdNanos")
        : "";
  }

  private static String key(String name, int threads, String hold) {
    return name + '/' + threads + '/' + hold;
  }

  private void print(String match, int rounds) {
    System.out.println();
    System.out.println(
        LocalDate.now()
            + ", Linux "
            + System.getProperty("os.version")
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors, Java "
            + Runtime.version()
            + ", median of "
            + rounds
            + " rounds");
    System.out.println();
    System.out.println(
        "| comparison | threads | hold ns | ours ns | against | theirs ns | ratio |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (Comparison comparison : COMPARISONS) {
      if (comparison.ours().contains(match)) {
        for (int threads : comparison.threads()) {
          for (String hold : List.of("", "0", "50000")) {
            if (nanos.containsKey(key(comparison.ours(), threads, hold))) {
              comparison.theirs().forEach(theirs -> line(comparison, theirs, threads, hold));
            }
          }
        }
      }
    }
  }

  private void line(Comparison comparison, String theirs, int threads, String hold) {
    double ours = median(nanos.get(key(comparison.ours(), threads, hold)));
    double other = median(nanos.get(key(theirs, threads, hold)));
    System.out.printf(
        "| %s | %d | %s | %.1f | %s | %.1f | %.2f |%n",
        comparison.title(),
        threads,
        hold,
        ours,
        theirs.substring(comparison.ours().length()),
        other,
        ours / other);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
