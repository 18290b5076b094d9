package dev.millrace.simulation;

import dev.millrace.file.FileSimulation;
import dev.millrace.server.SimulatedServer;
import dev.millrace.sync.ThreadPool;
import dev.millrace.transport.uring.TransportConfig;
import dev.millrace.transport.uring.TransportStats.Figure;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.sim.Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A day of the server, all of it following from a seed: its settings, the faults of the kernel, the
 * changes of its files, its clients. Afterwards it tells what was wrong.
 */
final class ServerDay {
  /** Longer than any time-out of the server. */
  private static final long QUIET_NANOS = 200_000_000_000L;

  private final long seed;
  private final SplittableRandom random;
  private final Path directory;
  private final ExecutorService workers;
  private final List<String> wrong = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Map<ThreadPool, Integer> planned = new IdentityHashMap<>();
  private final Faults faults;
  private final boolean tls;
  private final SimulatedTree tree;
  private final Answers answers;
  private final SimulatedStats stats;
  private @Nullable SimulatedServer server;
  private final List<Runnable> lastChecks = new ArrayList<>();
  private int clients;
  private int finished;
  private long hash;
  private int baseline;
  private long endNanos;

  /**
   * @param directory empty, in memory
   * @param workers one thread
   */
  ServerDay(long seed, Path directory, ExecutorService workers) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.directory = directory;
    this.workers = workers;
    this.faults = faults(random);
    this.tls = random.nextInt(4) == 0;
    this.tree = new SimulatedTree(directory.resolve("root"), random.split());
    this.stats = new SimulatedStats(random.split());
    this.answers = new Answers(faults.errors() > 0, 0, this::wrong);
  }

  /** Each kind of fault is on or off. */
  private static Faults faults(SplittableRandom random) {
    return new Faults(
        random.nextBoolean() ? 0 : random.nextDouble(),
        random.nextInt(3) > 0 ? 0 : random.nextDouble() * 0.05,
        random.nextBoolean() ? 0 : random.nextDouble(),
        random.nextInt(4) > 0 ? 0 : random.nextDouble(),
        random.nextBoolean() ? 0 : random.nextDouble() * 0.5,
        random.nextBoolean() ? 0 : 4608 << random.nextInt(5),
        1L << (8 + random.nextInt(16)));
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("root", directory.resolve("root").toString());
    settings.put("listen", SimulatedServer.listen(socket()));
    if (tls) {
      settings.put("tls-listen", SimulatedServer.listen(tlsSocket()));
      settings.put("tls-cert", DayCertificate.FILE.toString());
      settings.put("tls-key", DayCertificate.FILE.toString());
    }
    settings.put("h2c", "on");
    settings.put("listing", "on");
    settings.put("min-send-rate", "off"); // or a slow client would be cut off, as it should
    settings.put("metrics", random.nextInt(3) == 0 ? "on" : "off");
    settings.put("compress", random.nextBoolean() ? "on" : "off");
    settings.put("response-cache", random.nextBoolean() ? "1MiB" : "off");
    settings.put("open-files", random.nextInt(3) == 0 ? "2" : "100");
    return settings;
  }

  /** Settings that have parts. */
  private Path yaml() throws IOException {
    Files.createDirectories(directory.resolve("root/in"));
    return Files.writeString(
        directory.resolve("millrace.yaml"),
        "write: [{path: /in, allow: [create, replace], anyone: on}]\n");
  }

  private Path socket() {
    return directory.resolve("http.sock");
  }

  private Path tlsSocket() {
    return directory.resolve("https.sock");
  }

  private TransportConfig transport(TransportConfig like) {
    return new TransportConfig(
        like.ring(),
        4 << random.nextInt(8),
        512 << random.nextInt(4),
        1024 << random.nextInt(6),
        like.smallChunkBytes(),
        like.largeChunkBytes(),
        2 + random.nextInt(2),
        1 + random.nextInt(8),
        like.zeroCopyBytes(),
        like.lingerNanos(),
        like.drainNanos(),
        like.sendTimeoutNanos(),
        like.minSendBytes(),
        like.minSendNanos());
  }

  /** Runs the day; returns what was wrong, nothing if all is well. */
  List<String> run() throws Exception {
    int submissions = 4 << random.nextInt(6);
    RingConfig queues = new RingConfig(submissions, submissions << (1 + random.nextInt(2)), 1);
    FileSimulation.install(stats);
    try (SimulatedServer running =
        new SimulatedServer(settings(), yaml(), queues, this::transport)) {
      server = running;
      running.ring().simulate(faults, random.nextLong(), this::begin, this::watch);
      if (!over.await(60, TimeUnit.SECONDS)) {
        wrong.add("the day does not end; at " + nowNanos());
      }
    } finally {
      FileSimulation.install(null);
    }
    return wrong;
  }

  private SimulatedServer server() {
    if (server == null) {
      throw new IllegalStateException("not started");
    }
    return server;
  }

  // ---- on the loop thread, while the loop sleeps
  // -------------------------------------------------

  private void begin() {
    stats.join();
    baseline = server().ring().inFlight();
    clients = 1 + random.nextInt(6);
    long spread = 1_000_000L << random.nextInt(8);
    for (int i = 0; i < clients; i++) {
      int number = i;
      SplittableRandom own = random.split();
      after(random.nextLong(spread), () -> arrive(number, own));
    }
    int changes = random.nextInt(8);
    for (int i = 0; i < changes; i++) {
      after(random.nextLong(2 * spread), () -> tree.change(nowNanos()));
    }
  }

  private void arrive(int number, SplittableRandom own) {
    try {
      boolean two = own.nextInt(3) == 0;
      boolean secure = tls && own.nextInt(3) > 0;
      Pipe pipe =
          secure
              ? new TlsPipe(new SocketPipe(tlsSocket()), two ? "h2" : "http/1.1")
              : new SocketPipe(socket());
      boolean uploads = !two && own.nextInt(4) == 0;
      Path in = directory.resolve("root/in");
      Client client =
          uploads
              ? new UploadClient(this, number, own, pipe, in)
              : two
                  ? new Http2DayClient(this, number, own, pipe)
                  : new Http1Client(this, number, own, pipe);
      client.act();
    } catch (IOException refused) {
      wrong("cannot connect: " + refused);
      clientFinished();
    }
  }

  /** Lets the tasks of workers run, in their order, at any time. */
  private void watch() {
    for (ThreadPool pool : server().pools()) {
      int queued = pool.queueDepth();
      for (int i = planned.getOrDefault(pool, 0); i < queued; i++) {
        planned.merge(pool, 1, Integer::sum);
        after(1 + random.nextLong(faults.maxDelayNanos()), () -> work(pool));
      }
    }
  }

  private void work(ThreadPool pool) {
    planned.merge(pool, -1, Integer::sum);
    try {
      var _ =
          workers
              .submit(() -> {
                stats.join();
                return pool.runOne();
              })
              .get(20, TimeUnit.SECONDS);
    } catch (Exception failed) {
      wrong("a task of a worker: " + failed);
    }
  }

  void after(long nanos, Runnable event) {
    server()
        .ring()
        .schedule(
            nanos,
            () -> {
              try {
                event.run();
              } catch (RuntimeException | AssertionError failure) {
                wrong("an event failed: " + describe(failure));
              }
            });
  }

  long nowNanos() {
    return server().ring().nanoTime();
  }

  SimulatedTree tree() {
    return tree;
  }

  Answers answers() {
    return answers;
  }

  boolean isRight() {
    return wrong.isEmpty();
  }

  /** Something is wrong: the day ends. Any thread. */
  synchronized void wrong(String what) {
    wrong.add(what);
    over.countDown();
  }

  void clientFinished() {
    if (++finished == clients) {
      after(QUIET_NANOS, this::checkQuiet);
    }
  }

  /** Runs a check when the day is over. */
  void atTheEnd(Runnable check) {
    lastChecks.add(check);
  }

  private void checkQuiet() {
    SimulatedServer running = server();
    endNanos = nowNanos();
    lastChecks.forEach(Runnable::run);
    int open = running.worker().openConnections();
    check(open == 0, open + " connections are open");
    check(running.activeRequests() == 0, running.activeRequests() + " requests are under way");
    check(running.readBuffersTaken() == 0, running.readBuffersTaken() + " read buffers are taken");
    long chunks = running.worker().stats().get(Figure.CHUNKS_IN_USE);
    check(chunks == 0, chunks + " chunks are taken");
    int inFlight = running.ring().inFlight();
    // After a failed accept the listener waits for one connection; with it, the wake-up.
    int fewest = faults.errors() > 0 ? 2 : baseline;
    check(
        inFlight >= fewest && inFlight <= baseline,
        inFlight + " operations are in flight, at first " + baseline);
    for (ThreadPool pool : running.pools()) {
      check(pool.queueDepth() == 0, "tasks of workers are queued");
    }
    running.ring().endSimulation();
    over.countDown();
  }

  private void check(boolean holds, String otherwise) {
    if (!holds) {
      wrong(otherwise);
    }
  }

  static String describe(Throwable failure) {
    return failure + " at " + Arrays.toString(Arrays.copyOf(failure.getStackTrace(), 6));
  }

  void trace(int client, int bytes) {
    hash = (hash * 31 + nowNanos()) * 31 + client * 7919L + bytes;
  }

  /** A value that two runs of a seed have in common. */
  String fingerprint() {
    return Long.toHexString(hash) + " at " + endNanos;
  }

  @Override
  public String toString() {
    return "seed "
        + seed
        + ", "
        + clients
        + " clients, "
        + faults
        + ", answers "
        + answers.statuses()
        + ", "
        + answers.aborted()
        + " cut off";
  }
}
