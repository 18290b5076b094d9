package dev.millrace.io.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.file.FileCalls;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopWait;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import dev.millrace.uring.RingConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The ring's figures: nops by batch, wake-ups, and random reads beside FileChannel and fio.
 *
 * <p>Contenders take turns within a round, and the ratio is taken within it, so that what else the
 * machine does falls on all of them. Arguments: a directory on the disk to read from, rounds, and
 * which part: nops, wakeups, cached or direct; all of them if none is named.
 */
public final class RingFigures {
  private static final int BLOCK_BYTES = 4096;
  private static final int BLOCKS = 65_536;
  private static final int WAKEUPS = 20_000;
  private static final long MEASURE_NANOS = 2_000_000_000L;
  private static final int O_DIRECT = 0x4000;

  private RingFigures() {}

  public static void main(String... arguments) throws Exception {
    Path directory = Path.of(arguments.length > 0 ? arguments[0] : ".");
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    List<String> parts =
        arguments.length > 2
            ? List.of(arguments[2])
            : List.of("nops", "wakeups", "cached", "direct");
    for (String part : parts) {
      switch (part) {
        case "nops" -> nops(rounds);
        case "wakeups" -> wakeups(rounds);
        case "cached" -> reads(directory, false, rounds);
        case "direct" -> reads(directory, true, rounds);
        default -> throw new IllegalArgumentException("no such part: " + part);
      }
    }
  }

  private static void reads(Path directory, boolean direct, int rounds) throws Exception {
    Path file = directory.resolve("ring-figures.data");
    try {
      fill(file);
      for (int depth : new int[] {1, 32, 256}) {
        reads(file, depth, direct, rounds);
      }
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static void nops(int rounds) throws Exception {
    for (int batch : new int[] {1, 16, 256}) {
      double[] perSecond = new double[rounds];
      try (IoUring ring = IoUring.open(RingConfig.DEFAULT)) {
        ring.enable();
        measureNops(ring, batch); // warm-up
        for (int round = 0; round < rounds; round++) {
          perSecond[round] = measureNops(ring, batch);
        }
      }
      System.out.printf(
          Locale.ROOT, "nops, batch of %3d: %,.0f a second%n", batch, median(perSecond));
    }
  }

  private static double measureNops(Ring ring, int batch) {
    long start = System.nanoTime();
    long done = 0;
    while (System.nanoTime() - start < MEASURE_NANOS) {
      for (int i = 0; i < batch; i++) {
        ring.prepNop(i);
      }
      for (int left = batch; left > 0; ) {
        ring.submitAndWait(left, -1);
        left -= ring.reap((data, result, flags) -> {}, left);
      }
      done += batch;
    }
    return done * 1e9 / (System.nanoTime() - start);
  }

  private static void wakeups(int rounds) throws Exception {
    for (boolean futex : new boolean[] {true, false}) {
      long[] all = new long[rounds * WAKEUPS];
      for (int round = 0; round < rounds; round++) {
        wakeups(futex, all, round * WAKEUPS);
      }
      Arrays.sort(all);
      System.out.printf(
          Locale.ROOT,
          "wake-up by %s: median %.1f µs, 99th percentile %.1f µs%n",
          futex ? "futex" : "eventfd",
          all[all.length / 2] / 1e3,
          all[all.length * 99 / 100] / 1e3);
    }
  }

  /** From post on one thread to the task running on the loop, which was asleep. */
  private static void wakeups(boolean futex, long[] into, int at) throws Exception {
    EventLoop loop = new EventLoop(proxied(futex), Throwable::printStackTrace);
    LoopWait attached = new LoopWait(loop);
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              try {
                loop.attach();
                loop.post(attached::happened);
                loop.run();
              } finally {
                loop.close();
              }
            });
    attached.await();
    AtomicLong ran = new AtomicLong();
    for (int i = 0; i < WAKEUPS; i++) {
      long rest = System.nanoTime() + 30_000; // the loop falls asleep meanwhile
      while (System.nanoTime() < rest) {
        Thread.onSpinWait();
      }
      ran.set(0);
      long posted = System.nanoTime();
      loop.post(() -> ran.set(System.nanoTime()));
      while (ran.get() == 0) {
        Thread.onSpinWait();
      }
      into[at + i] = ran.get() - posted;
    }
    loop.stop();
    thread.join();
  }

  /** Both kinds through a proxy, so that hiding the futex costs neither more than the other. */
  private static Ring proxied(boolean futex) throws Exception {
    Ring kernel = IoUring.open(RingConfig.DEFAULT);
    return (Ring)
        Proxy.newProxyInstance(
            Ring.class.getClassLoader(),
            new Class<?>[] {Ring.class},
            (proxy, method, arguments) ->
                method.getName().equals("features") && !futex
                    ? kernel.features().without(OpKind.FUTEX_WAIT)
                    : method.invoke(kernel, arguments));
  }

  private static void fill(Path file) throws IOException {
    byte[] block = new byte[1 << 20];
    new SplittableRandom(1).nextBytes(block);
    try (var out = Files.newOutputStream(file)) {
      for (int i = 0; i < BLOCKS / 256; i++) {
        out.write(block);
      }
    }
    try (FileChannel channel = FileChannel.open(file)) {
      channel.force(true);
    }
  }

  private static void reads(Path file, int depth, boolean direct, int rounds) throws Exception {
    double[] ring = new double[rounds];
    double[] fio = new double[rounds];
    double[] channel = new double[rounds];
    double[] ratio = new double[rounds];
    ringReads(file, depth, direct); // warm-up
    for (int round = 0; round < rounds; round++) {
      fio[round] = fioReads(file, depth, direct);
      ring[round] = ringReads(file, depth, direct);
      channel[round] = channelReads(file, depth, direct);
      ratio[round] = ring[round] / fio[round];
    }
    System.out.printf(
        Locale.ROOT,
        "random 4 KiB reads, %s, depth %3d: ring %,.0f, fio %,.0f, FileChannel %,.0f a second;"
            + " ring / fio %.2f (%.2f to %.2f)%n",
        direct ? "O_DIRECT" : "page cache",
        depth,
        median(ring),
        median(fio),
        median(channel),
        median(ratio),
        Arrays.stream(ratio).min().orElseThrow(),
        Arrays.stream(ratio).max().orElseThrow());
  }

  private static double ringReads(Path file, int depth, boolean direct) throws Exception {
    int root = FileCalls.openDirectory(file.toAbsolutePath().getParent());
    try (Arena arena = Arena.ofConfined();
        IoUring ring = IoUring.open(new RingConfig(256, 1024, 4))) {
      ring.enable();
      MemorySegment how = arena.allocate(24, 8);
      how.set(JAVA_LONG, 0, direct ? O_DIRECT : 0);
      MemorySegment name = arena.allocateFrom(file.getFileName().toString());
      int fd = FileCalls.openat2(root, name, how);
      MemorySegment buffers = arena.allocate((long) depth * BLOCK_BYTES, BLOCK_BYTES);
      SplittableRandom random = new SplittableRandom(2);
      long[] done = new long[1];
      long start = System.nanoTime();
      for (int i = 0; i < depth; i++) {
        prepare(ring, fd, buffers, i, random);
      }
      while (System.nanoTime() - start < MEASURE_NANOS) {
        ring.submitAndWait(1, -1);
        ring.reap(
            (slot, result, flags) -> {
              if (result != BLOCK_BYTES) {
                throw new IllegalStateException("read gave " + result);
              }
              done[0]++;
              prepare(ring, fd, buffers, slot, random);
            },
            depth);
      }
      double perSecond = done[0] * 1e9 / (System.nanoTime() - start);
      join(ring, depth);
      FileCalls.close(fd);
      return perSecond;
    } finally {
      FileCalls.close(root);
    }
  }

  private static void prepare(
      Ring ring, int fd, MemorySegment buffers, long slot, SplittableRandom random) {
    long offset = (long) random.nextInt(BLOCKS) * BLOCK_BYTES;
    ring.prepRead(fd, buffers.address() + slot * BLOCK_BYTES, BLOCK_BYTES, offset, slot);
  }

  private static void join(Ring ring, int depth) {
    int left = depth;
    while (left > 0) {
      ring.submitAndWait(1, -1);
      left -= ring.reap((slot, result, flags) -> {}, depth);
    }
  }

  /** As many threads as the ring has reads in flight, since a channel's read blocks its thread. */
  private static double channelReads(Path file, int threads, boolean direct) throws Exception {
    Set<OpenOption> options = new HashSet<>(Set.of(StandardOpenOption.READ));
    if (direct) {
      // By name, since the compiler is not to know of jdk.unsupported.
      Class<?> extended = Class.forName("com.sun.nio.file.ExtendedOpenOption");
      options.add((OpenOption) extended.getField("DIRECT").get(null));
    }
    LongAdder done = new LongAdder();
    List<Thread> readers = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file, options)) {
      long start = System.nanoTime();
      for (int i = 0; i < threads; i++) {
        SplittableRandom random = new SplittableRandom(2 + i);
        readers.add(Thread.ofPlatform().start(() -> readBlocks(channel, random, start, done)));
      }
      for (Thread reader : readers) {
        reader.join();
      }
      return done.sum() * 1e9 / (System.nanoTime() - start);
    }
  }

  private static void readBlocks(
      FileChannel channel, SplittableRandom random, long start, LongAdder done) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(2 * BLOCK_BYTES).alignedSlice(BLOCK_BYTES);
    try {
      while (System.nanoTime() - start < MEASURE_NANOS) {
        buffer.clear().limit(BLOCK_BYTES);
        if (channel.read(buffer, (long) random.nextInt(BLOCKS) * BLOCK_BYTES) != BLOCK_BYTES) {
          throw new IOException("a short read");
        }
        done.increment();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * Operations a second, with what ours does spelled out: plain reads into memory and of a file
   * that are not registered, the whole queue submitted at once, whatever is there reaped at once.
   */
  private static double fioReads(Path file, int depth, boolean direct) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("fio", "--name=ring", "--ioengine=io_uring", "--rw=randread", "--bs=4k"));
    command.addAll(
        List.of(
            "--filename=" + file.toAbsolutePath(),
            "--iodepth=" + depth,
            "--iodepth_batch_submit=" + depth,
            "--iodepth_batch_complete_min=1",
            "--iodepth_batch_complete_max=" + depth,
            "--nonvectored=1",
            "--fixedbufs=0",
            "--registerfiles=0",
            "--iomem_align=4096",
            "--thread=1",
            "--direct=" + (direct ? 1 : 0),
            "--invalidate=0",
            "--norandommap=1",
            "--gtod_reduce=1",
            "--time_based=1",
            "--runtime=2",
            "--output-format=terse",
            "--terse-version=3"));
    Process fio =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String answer = new String(fio.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (fio.waitFor() != 0) {
      throw new IOException("fio failed: " + answer);
    }
    return Double.parseDouble(answer.split(";", -1)[7]);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
