package dev.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * The figures of integrity: hashing beside openssl, one pass for many who ask, and small downloads
 * while large files are hashed.
 *
 * <p>Contenders take turns within a round, and a ratio is taken within it, so that what else the
 * machine does falls on all of them. Arguments: a directory for files of 8 GiB in all, rounds, and
 * which part: hash, once or downloads; all of them if none is named.
 */
public final class IntegrityFigures {
  private static final long GIB = 1L << 30;
  private static final List<String> ONE_CORE = List.of("taskset", "-c", "0");

  private static final int ASKING = 200;
  private static final int LARGE_FILES = 8;
  private static final int SMALL_BYTES = 1024;
  private static final int CONNECTIONS = 4;
  private static final int REQUESTS_PER_SECOND = 2000;
  private static final String READ = "millrace_digest_read_bytes_total";
  private static final long MAX_NANOS = 8_000_000_000L;
  private static final long QUIET_NANOS = 4_000_000_000L;

  private final Path directory;
  private final int rounds;

  private IntegrityFigures(Path directory, int rounds) {
    this.directory = directory;
    this.rounds = rounds;
  }

  public static void main(String... arguments) throws Exception {
    if (arguments.length == 0) {
      throw new IllegalArgumentException("arguments: DIR [ROUNDS [hash|once|downloads]]");
    }
    Path directory = Files.createTempDirectory(Path.of(arguments[0]), "integrity");
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    IntegrityFigures figures = new IntegrityFigures(directory, rounds);
    List<String> parts =
        arguments.length > 2 ? List.of(arguments[2]) : List.of("hash", "once", "downloads");
    try {
      for (String part : parts) {
        switch (part) {
          case "hash" -> figures.hash();
          case "once" -> figures.once();
          case "downloads" -> figures.downloads();
          default -> throw new IllegalArgumentException("no such part: " + part);
        }
        figures.clear();
      }
    } finally {
      figures.clear();
      Files.delete(directory);
    }
  }

  // ---- hashing beside openssl ------------------------------------------------------------------

  private void hash() throws Exception {
    fill("a", 4 * GIB);
    fill("b", 4 * GIB);
    String expected = openssl().digest();
    double[] openssl = new double[rounds];
    double[] one = new double[rounds];
    double[] two = new double[rounds];
    try (ServerProcess single = serve(ONE_CORE, 1);
        ServerProcess dual = serve(List.of(), 2)) {
      check(expected, single.digest("a")); // warm-up: each server compiles what it needs
      check(expected, dual.digest("a"));
      dual.digest("b");
      for (int round = 0; round < rounds; round++) {
        openssl[round] = openssl().gibPerSecond();
        age();
        long start = System.nanoTime();
        check(expected, single.digest("a"));
        one[round] = rate(4 * GIB, start);
        age();
        start = System.nanoTime();
        askAll(dual, List.of("a", "b"));
        two[round] = rate(8 * GIB, start);
        System.out.printf(
            Locale.ROOT,
            "round %d: openssl %.3f, one file on one core %.3f, two files on two cores %.3f GiB/s%n",
            round + 1,
            openssl[round],
            one[round],
            two[round]);
      }
    }
    ratio("one file on one core / openssl", one, openssl);
    ratio("two files on two cores / openssl on one", two, openssl);
  }

  private record Openssl(String digest, double gibPerSecond) {}

  private Openssl openssl() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(ONE_CORE);
    command.addAll(List.of("openssl", "dgst", "-sha256", "-r", directory.resolve("a").toString()));
    long start = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String line;
    try (BufferedReader out = process.inputReader()) {
      line = String.valueOf(out.readLine());
    }
    if (process.waitFor() != 0) {
      throw new IOException("openssl failed: " + line);
    }
    double rate = rate(4 * GIB, start);
    byte[] digest = HexFormat.of().parseHex(line.substring(0, line.indexOf(' ')));
    return new Openssl("sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":", rate);
  }

  private static void check(String expected, String found) throws IOException {
    if (!expected.equals(found)) {
      throw new IOException("openssl says " + expected + ", the server " + found);
    }
  }

  private static double rate(long bytes, long startNanos) {
    return bytes * 1e9 / GIB / (System.nanoTime() - startNanos);
  }

  // ---- one pass --------------------------------------------------------------------------------

  private void once() throws Exception {
    fill("large", 2 * GIB);
    try (ServerProcess server = serve(List.of(), 2)) {
      long start = System.nanoTime();
      askAll(server, Collections.nCopies(ASKING, "large"));
      System.out.printf(
          Locale.ROOT,
          "%d requests at once for the digest of a file of %d bytes: %.0f bytes read, %.1f s%n",
          ASKING,
          2 * GIB,
          server.figure(READ),
          (System.nanoTime() - start) / 1e9);
    }
  }

  // ---- downloads meanwhile ---------------------------------------------------------------------

  private void downloads() throws Exception {
    fill("small", SMALL_BYTES);
    List<String> large = new ArrayList<>();
    for (int i = 0; i < LARGE_FILES; i++) {
      large.add("large" + i);
      fill("large" + i, GIB);
    }
    try (ServerProcess server = serve(List.of(), 2)) {
      askAll(server, large); // warm-up
      for (int perSecond : new int[] {REQUESTS_PER_SECOND, 0}) {
        long[] _ = download(server, perSecond, until(System.nanoTime() + QUIET_NANOS));
        downloads(server, large, perSecond);
      }
    }
  }

  private void downloads(ServerProcess server, List<String> large, int perSecond) throws Exception {
    double[] quiet = new double[rounds];
    double[] hashing = new double[rounds];
    String load = perSecond == 0 ? "back to back" : perSecond + " a second";
    for (int round = 0; round < rounds; round++) {
      long[] alone = download(server, perSecond, until(System.nanoTime() + QUIET_NANOS));
      age();
      AtomicInteger unknown = new AtomicInteger(LARGE_FILES);
      Thread asking = Thread.ofPlatform().start(() -> askAll(server, large, unknown));
      double before = server.figure(READ);
      long start = System.nanoTime();
      long limit = start + MAX_NANOS;
      long[] meanwhile =
          download(
              server, perSecond, () -> unknown.get() == LARGE_FILES && System.nanoTime() < limit);
      double rate = (server.figure(READ) - before) * 1e9 / GIB / (System.nanoTime() - start);
      asking.join();
      quiet[round] = micros(alone, 99);
      hashing[round] = micros(meanwhile, 99);
      System.out.printf(
          Locale.ROOT,
          "round %d, %s: without %d downloads, median %.0f, p99 %.0f µs; while hashing %.2f GiB/s"
              + " %d downloads, median %.0f, p99 %.0f µs%n",
          round + 1,
          load,
          alone.length,
          micros(alone, 50),
          quiet[round],
          rate,
          meanwhile.length,
          micros(meanwhile, 50),
          hashing[round]);
    }
    ratio("p99 while hashing / p99 without, " + load, hashing, quiet);
  }

  private static BooleanSupplier until(long nanos) {
    return () -> System.nanoTime() < nanos;
  }

  private static long[] download(ServerProcess server, int perSecond, BooleanSupplier goesOn)
      throws IOException, InterruptedException {
    return Downloads.run(server, "small", SMALL_BYTES, CONNECTIONS, perSecond, goesOn);
  }

  private static double micros(long[] sorted, int percentile) {
    return sorted[(int) ((long) sorted.length * percentile / 100)] / 1e3;
  }

  // ---- both ------------------------------------------------------------------------------------

  private ServerProcess serve(List<String> prefix, int workers) throws IOException {
    return ServerProcess.start(
        prefix, directory.toString(), "--digests=on-request", "--workers=" + workers);
  }

  private static void askAll(ServerProcess server, List<String> names) {
    askAll(server, names, new AtomicInteger(names.size()));
  }

  /** Asks for all at once and waits for all. */
  private static void askAll(ServerProcess server, List<String> names, AtomicInteger unknown) {
    AtomicReference<IOException> failure = new AtomicReference<>();
    List<Thread> asking = new ArrayList<>();
    for (String name : names) {
      asking.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  var _ = server.digest(name);
                } catch (IOException failed) {
                  failure.set(failed);
                }
                unknown.decrementAndGet();
              }));
    }
    try {
      for (Thread thread : asking) {
        thread.join();
      }
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
    IOException failed = failure.get();
    if (failed != null) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Every file is another version, of which nothing is known, and old enough to be hashed. */
  private void age() throws IOException, InterruptedException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (!file.endsWith("small")) {
          Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        }
      }
    }
    Thread.sleep(300);
  }

  /** Written and on the disk, so that nobody writes it back while something is measured. */
  private void fill(String name, long size) throws IOException {
    ByteBuffer block = ByteBuffer.allocateDirect((int) Math.min(size, 1 << 20));
    SplittableRandom random = new SplittableRandom(name.hashCode());
    while (block.remaining() >= Long.BYTES) {
      block.putLong(random.nextLong());
    }
    try (FileChannel file =
        FileChannel.open(
            directory.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long written = 0; written < size; written += block.capacity()) {
        block.clear().putLong(0, written);
        while (block.hasRemaining()) {
          file.write(block);
        }
      }
      file.force(true);
    }
  }

  private void clear() throws IOException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private static void ratio(String what, double[] ours, double[] theirs) {
    double[] ratios = new double[ours.length];
    for (int i = 0; i < ours.length; i++) {
      ratios[i] = ours[i] / theirs[i];
    }
    Arrays.sort(ratios);
    double median = (ratios[(ratios.length - 1) / 2] + ratios[ratios.length / 2]) / 2;
    System.out.printf(
        Locale.ROOT,
        "%s: median %.2f (%.2f to %.2f)%n",
        what,
        median,
        ratios[0],
        ratios[ratios.length - 1]);
  }
}
