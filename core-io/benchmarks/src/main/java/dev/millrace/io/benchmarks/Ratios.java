package dev.millrace.io.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs every benchmark once a round, each in a virtual machine of its own, and prints the median
 * over the rounds of each ratio: what a shared machine does to a round, it does to both sides.
 *
 * <p>Arguments: number of rounds, five unless given; then a pattern of benchmarks, all unless
 * given.
 */
public final class Ratios {
  private static final int ROUNDS = 5;

  /** Ours, theirs, and the ratio of throughputs that is asked for; zero where none is. */
  private record Comparison(String ours, String theirs, double required) {}

  private static final List<Comparison> COMPARISONS =
      List.of(
          new Comparison("ReadBenchmark.millrace", "ReadBenchmark.jdk", 3.0),
          new Comparison("ReadBenchmark.millrace", "ReadBenchmark.okio", 1.0),
          new Comparison("WriteBenchmark.millrace", "WriteBenchmark.jdk", 3.0),
          new Comparison("WriteBenchmark.millrace", "WriteBenchmark.okio", 1.0),
          new Comparison("ReadBenchmark.millraceUnshared", "ReadBenchmark.jdkUnshared", 0),
          new Comparison("WriteBenchmark.millraceUnshared", "WriteBenchmark.jdkUnshared", 0),
          new Comparison("CopyBenchmark.stream", "CopyBenchmark.arraycopy", 0.95),
          new Comparison("CopyBenchmark.streamInPieces", "CopyBenchmark.arraycopy", 0.95));

  private Ratios() {}

  public static void main(String[] args) throws RunnerException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : ROUNDS;
    String pattern = args.length > 1 ? args[1] : "dev.millrace.io.benchmarks";
    Map<String, List<Double>> opsPerSecond = new LinkedHashMap<>();
    Map<String, List<Double>> allocated = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (RunResult result : round(pattern)) {
        String name = result.getParams().getBenchmark().replaceAll(".*\\.(\\w+\\.\\w+)", "$1");
        double score = result.getPrimaryResult().getScore();
        opsPerSecond.computeIfAbsent(name, key -> new ArrayList<>()).add(score);
        double bytes =
            Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm"))
                .getScore();
        allocated.computeIfAbsent(name, key -> new ArrayList<>()).add(bytes);
      }
    }
    print(opsPerSecond, allocated);
  }

  private static Collection<RunResult> round(String pattern) throws RunnerException {
    return new Runner(
            new OptionsBuilder()
                .include(pattern)
                .mode(Mode.Throughput)
                .timeUnit(TimeUnit.SECONDS)
                .forks(1)
                .warmupIterations(3)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(3)
                .measurementTime(TimeValue.seconds(1))
                .addProfiler(GCProfiler.class)
                .jvmArgs("-XX:+UseSerialGC", "-Xmx1g")
                .build())
        .run();
  }

  private static void print(
      Map<String, List<Double>> opsPerSecond, Map<String, List<Double>> allocated) {
    System.out.println("\n| benchmark | median operations/s | bytes allocated per operation |");
    System.out.println("|---|---|---|");
    opsPerSecond.forEach((name, scores) ->
        System.out.printf(
            "| %s | %.1f | %.0f |%n",
            name, median(scores), median(allocated.getOrDefault(name, List.of()))));
    System.out.println("\n| comparison | required | median ratio | lowest | highest |");
    System.out.println("|---|---|---|---|---|");
    for (Comparison comparison : COMPARISONS) {
      List<Double> ours = opsPerSecond.getOrDefault(comparison.ours, List.of());
      List<Double> theirs = opsPerSecond.getOrDefault(comparison.theirs, List.of());
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
        ratios.add(ours.get(i) / theirs.get(i));
      }
      if (!ratios.isEmpty()) {
        System.out.printf(
            "| %s / %s | %.2f | %.2f | %.2f | %.2f |%n",
            comparison.ours,
            comparison.theirs,
            comparison.required,
            median(ratios),
            ratios.stream().min(Double::compare).orElseThrow(),
            ratios.stream().max(Double::compare).orElseThrow());
      }
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }
}
