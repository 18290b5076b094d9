package dev.millrace.server;

import dev.millrace.accesslog.AccessLogWriter;
import dev.millrace.config.HostPort;
import dev.millrace.digest.DigestService;
import dev.millrace.digest.DigestStore;
import dev.millrace.digest.Scrubber;
import dev.millrace.digest.SqliteDigestStore;
import dev.millrace.http.exchange.RequestTracker;
import dev.millrace.loop.DroppableTask;
import dev.millrace.management.ManagementServer;
import dev.millrace.management.ServerStatus;
import dev.millrace.management.Status;
import dev.millrace.metrics.PoolMetrics;
import dev.millrace.metrics.ServerMetrics;
import dev.millrace.sync.ResetEvent;
import dev.millrace.sync.ThreadPool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Creates, connects, starts and stops all parts of the server. */
public final class FileServer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /** Each connection has at most one pending operation, so this bounds connections on NIO. */
  private static final int POOL_QUEUE_ENTRIES = 65_536;

  /** Handshakes that may wait for a thread; each takes less than a millisecond. */
  private static final int HANDSHAKES = 1024;

  /** Minimum time for connections to send staged bytes, also after the drain time. */
  private static final Duration LAST_SENDS = Duration.ofMillis(500);

  private final ServerSettings settings;
  private final ServerRuntime runtime;
  private final ServerMetrics metrics;
  private final Status status;
  private final WorkerPools pools;
  private final Transport transport;
  private final ServerLimits limits;
  private final ThreadPool hashers;
  private final @Nullable StateLock stateLock;
  private final DigestStore store;
  private final DigestService digests;
  private final @Nullable Scrubber scrubber;
  private final List<LoopContext> loops = new ArrayList<>();
  private final @Nullable AccessLogWriter accessLogWriter;
  private final @Nullable HttpsServices https;
  private final @Nullable ManagementServer management;
  private final Listeners listeners;
  private final Reload reload;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private volatile boolean started;
  private final ResetEvent stopped = new ResetEvent();

  private FileServer(
      ServerSettings settings,
      ServerRuntime runtime,
      InheritedSockets inherited,
      Roots roots,
      @Nullable HttpsServices https)
      throws StartException {
    this.settings = settings;
    this.runtime = runtime;
    this.https = https;
    this.metrics = new ServerMetrics();
    this.transport = openTransport(settings, runtime);
    DescriptorShares shares = DescriptorShares.ofThisProcess();
    this.limits = ServerLimits.open(settings, shares, transport);
    this.pools = new WorkerPools(settings.mounts().size(), name -> pool(name, POOL_QUEUE_ENTRIES));
    DigestService.Limits hashing = shares.digests(settings.digests().queue());
    this.hashers = pool("hash", hashing.tasks());
    Path state = settings.get(ServerSettings.STATE);
    this.stateLock = state == null ? null : StateLock.atStart(state);
    this.store = state == null ? DigestStore.NONE : StateLock.openIndex(state);
    this.digests = new DigestService(hashers, transport.loops().getFirst(), store, hashing);
    int rate = settings.get(ServerSettings.SCRUB);
    this.scrubber =
        rate > 0 && store instanceof SqliteDigestStore index ? new Scrubber(index, rate) : null;
    this.accessLogWriter = openAccessLog(settings);
    if (https != null) {
      https.start(pool("tls", HANDSHAKES));
    }
    LoopContext.Shared shared =
        LoopContext.Shared.of(
            settings,
            transport,
            pools,
            digests,
            scrubber == null ? _ -> false : scrubber::isCorrupt,
            accessLogWriter,
            https,
            limits);
    for (int i = 0; i < transport.loops().size(); i++) {
      loops.add(new LoopContext(i, shared));
    }
    tellLoops();
    this.status = new Status(Version.current(), transport.description(), transport.reason());
    LoopMetrics loopMetrics = settings.get(ServerSettings.METRICS) ? register() : null;
    this.reload = new Reload(settings, roots, loops, limits, pools, metrics, loopMetrics);
    ConnectionBound bound =
        new ConnectionBound(limits.maxConnections(), transport::openConnections);
    ManagementServer opened = null;
    try {
      opened = openManagement(shares.management());
      this.management = opened;
      this.listeners =
          Listeners.open(transport, settings, inherited, Listeners.doors(settings, loops, bound));
    } catch (StartException failed) {
      if (opened != null) {
        opened.close();
      }
      status.close();
      transport.stopNow();
      hashers.close();
      closeStore();
      pools.close();
      throw failed;
    }
    metrics.connections(
        listeners.accepted(), bound::refused, transport::openConnections, trackers());
    this.started = true;
    var _ = Thread.ofPlatform().daemon().name("millrace-jvm-metrics").start(metrics::watchRuntime);
  }

  /** Lets the loops follow what becomes known of files. */
  private void tellLoops() {
    digests.whenKnown(version -> loops.forEach(loop -> loop.forget(version)));
    if (scrubber != null) {
      scrubber.whenCorrupt(version -> loops.forEach(loop -> loop.invalidateAsync(version)));
    }
  }

  private static Transport openTransport(ServerSettings settings, ServerRuntime runtime)
      throws StartException {
    return Transport.open(
        runtime,
        settings.get(TransportSettings.CHOICE),
        settings.get(TransportSettings.LOOPS),
        settings.get(TransportSettings.ZERO_COPY),
        settings.limits().minSendBytes(),
        FileServer::logFailure,
        settings.get(ServerSettings.METRICS));
  }

  private static Roots openRoots(ServerSettings settings) throws StartException {
    return Roots.open(settings.mounts(), settings.get(LoopCaches.REVALIDATE));
  }

  /**
   * Checks that the roots of all mounts can be opened, before the time of a warm-up is spent.
   *
   * @throws StartException if one cannot be opened
   */
  public static void checkRoots(ServerSettings settings) throws StartException {
    openRoots(settings).close();
  }

  /**
   * Starts a server that has inherited no sockets, see {@link #start(ServerSettings,
   * InheritedSockets)}.
   */
  public static FileServer start(ServerSettings settings) throws StartException {
    return start(settings, InheritedSockets.none());
  }

  /**
   * Starts the server.
   *
   * @param inherited sockets on which it may listen
   * @throws StartException if it cannot start; nothing is left running
   */
  public static FileServer start(ServerSettings settings, InheritedSockets inherited)
      throws StartException {
    return start(settings, inherited, ServerRuntime.SYSTEM);
  }

  /** As {@link #start(ServerSettings, InheritedSockets)}, on another runtime. */
  static FileServer start(
      ServerSettings settings, InheritedSockets inherited, ServerRuntime runtime)
      throws StartException {
    Roots roots = openRoots(settings);
    HttpsServices https = null;
    FileServer server;
    try {
      https = HttpsServices.open(settings);
      server = new FileServer(settings, runtime, inherited, roots, https);
    } catch (StartException failed) {
      roots.close();
      if (https != null) {
        https.close();
      }
      throw failed;
    }
    try {
      if (https != null) {
        https.startAcme();
      }
      return server;
    } catch (StartException failed) {
      server.close();
      throw failed;
    }
  }

  private ThreadPool pool(String name, int queueEntries) {
    PoolMetrics observer =
        new PoolMetrics(
            metrics.registry(), name, FileServer::logFailure, settings.get(ServerSettings.METRICS));
    int workers = settings.get(ServerSettings.WORKERS);
    return runtime
        .pools()
        .apply(new ThreadPool.Config("millrace-" + name, workers, queueEntries, observer));
  }

  private static @Nullable AccessLogWriter openAccessLog(ServerSettings settings)
      throws StartException {
    try {
      return AccessLogWriter.open(settings.values());
    } catch (IOException failed) {
      throw new StartException("access-log: " + failed.getMessage(), failed);
    }
  }

  private void closeStore() {
    if (scrubber != null) {
      scrubber.close();
    }
    store.close();
    if (stateLock != null) {
      stateLock.close();
    }
  }

  private List<RequestTracker> trackers() {
    return loops.stream().map(LoopContext::requests).toList();
  }

  private @Nullable ManagementServer openManagement(int connections) throws StartException {
    return ManagementPort.open(
        settings,
        connections,
        loops,
        () -> started && !stopping.get(),
        reload::areRootsThere,
        () -> started,
        settings.get(ServerSettings.METRICS)
            ? new ManagementServer.Figures(metrics, status)
            : null);
  }

  private LoopMetrics register() {
    LoopMetrics parts = new LoopMetrics(loops, metrics, new ServerStatus(status));
    parts.register(settings, transport);
    pools.register(metrics);
    metrics.pool("hash", hashers);
    metrics.digests(digests, store);
    metrics.limits(limits.stats(), limits::clients);
    if (scrubber != null) {
      metrics.scrub(scrubber);
    }
    AccessLogWriter log = accessLogWriter;
    if (log != null) {
      metrics.accessLog(log::written, log::dropped);
    }
    if (https != null) {
      parts.register(https);
    }
    parts.charts().pools(pools.general(), hashers, digests);
    status.start();
    return parts;
  }

  static InetSocketAddress resolve(String key, HostPort address) throws StartException {
    try {
      return address.resolve();
    } catch (UnknownHostException unknown) {
      throw new StartException(key + ": " + address + ": unknown host", unknown);
    }
  }

  private static void logFailure(Throwable failure) {
    LOG.log(Level.SEVERE, "a handler failed", failure);
  }

  /** The Internet addresses of HTTP, with the ports that the system has selected. */
  public List<InetSocketAddress> addresses() {
    return listeners.internetAddresses(0);
  }

  /** The Internet addresses of HTTPS, with the ports that the system has selected. */
  public List<InetSocketAddress> tlsAddresses() {
    return listeners.internetAddresses(1);
  }

  /**
   * Loads the certificates again, and applies other mounts and rules of requests. May wait for a
   * disk. Any thread but a loop's.
   *
   * @return false if nothing was applied, because the settings are invalid or the server stops
   */
  public boolean reload(SettingsSource source) {
    if (https != null) {
      https.reload();
    }
    return reload.apply(source);
  }

  /**
   * Whether all loops run tasks, found out by one task each. Waits. Any thread but a loop's.
   *
   * @param max time to wait
   */
  public boolean works(Duration max) {
    ResetEvent[] ran = new ResetEvent[loops.size()];
    for (int i = 0; i < ran.length; i++) {
      ResetEvent event = new ResetEvent();
      ran[i] = event;
      DroppableTask.post(loops.get(i).events(), event::set, event::set);
    }
    BoundedStop until = new BoundedStop(max);
    for (ResetEvent event : ran) {
      if (!event.timedAwait(until.left())) {
        return false;
      }
    }
    return true;
  }

  /** The management address, with the port that the system has selected; null if it is off. */
  public @Nullable InetSocketAddress managementAddress() {
    return management == null ? null : management.address();
  }

  /** What is served, where and how, for the operator; one line, two with a certificate made now. */
  public String greeting() {
    return Greeting.of(
        settings,
        transport,
        listeners.addresses(0),
        listeners.addresses(1),
        managementAddress(),
        https);
  }

  /** A loop; only for tests, which block it or look at what it has not given back. */
  LoopContext loop(int number) {
    return loops.get(number);
  }

  /** The transport; only for tests. */
  Transport transport() {
    return transport;
  }

  /** Blocks until the server has stopped. */
  public void await() {
    stopped.await();
  }

  /**
   * Stops the server: reports not ready, lets clients finish their connections ({@link LameDuck}),
   * waits for active requests within the drain time, and closes all parts. A part that hangs is
   * abandoned after the drain time, see {@link BoundedStop}. Further calls wait for the first one.
   */
  @Override
  public void close() {
    if (!stopping.compareAndSet(false, true)) {
      stopped.await();
      return;
    }
    try {
      stop(new BoundedStop(settings.get(ServerSettings.DRAIN)));
    } finally {
      stopped.set();
    }
  }

  private void stop(BoundedStop stop) {
    long deadline = System.nanoTime() + stop.left().toNanos();
    new LameDuck(loops, transport, deadline).run(settings.get(ServerSettings.LAME_DUCK), listeners);
    digests.stop();
    stop.step("hashing", hashers::close);
    try {
      var _ = transport.stop(Math.max(LAST_SENDS.toNanos(), stop.left().toNanos()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    if (management != null) {
      stop.step("the management port", management::close);
    }
    status.close();
    stop.step("the index of digests", this::closeStore);
    pools.close(stop);
    HttpsServices tls = https;
    if (tls != null) {
      stop.step("TLS", tls::close);
    }
    loops.forEach(LoopContext::end); // the loop threads have ended
    AccessLogWriter log = accessLogWriter;
    if (log != null) {
      stop.step("the access log", log::close);
    }
    metrics.close();
    reload.close();
  }
}
