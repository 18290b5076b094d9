package dev.millrace.app;

import dev.millrace.digest.DigestService;
import dev.millrace.file.FileCalls;
import dev.millrace.files.FileAccess;
import dev.millrace.files.PoolFileAccess;
import dev.millrace.files.ReadBuffers;
import dev.millrace.files.RingFileAccess;
import dev.millrace.gate.GateLimits;
import dev.millrace.gate.GateStats;
import dev.millrace.gate.ProxyTrust;
import dev.millrace.http.FileHandler;
import dev.millrace.http.RequestTracker;
import dev.millrace.loop.EventLoop;
import dev.millrace.metrics.PoolMetrics;
import dev.millrace.metrics.ServerMetrics;
import dev.millrace.sync.ResetEvent;
import dev.millrace.sync.ThreadPool;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The server, put together and running. */
public final class FileServer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /** Each connection has one operation under way at most, so this bounds connections on NIO. */
  private static final int POOL_QUEUE_ENTRIES = 65_536;

  private final Settings settings;
  private final ServerMetrics metrics;
  private final ThreadPool pool;
  private final Transport transport;
  private final RequestTracker requests;
  private final ReadBuffers buffers;
  private final GateStats gate = new GateStats();
  private final Listeners listeners;
  private final Management management;
  private final int rootFd;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final ResetEvent stopped = new ResetEvent();
  private final List<InetSocketAddress> addresses;

  private FileServer(Settings settings, GateLimits limits, ProxyTrust trust, int rootFd)
      throws StartException {
    this.settings = settings;
    this.rootFd = rootFd;
    this.metrics = new ServerMetrics();
    EventLoop.FailureHandler failures = FileServer::logFailure;
    this.transport = Transport.open(settings.transport(), failures);
    this.pool =
        new ThreadPool(
            new ThreadPool.Config(
                "millrace-worker",
                settings.workers(),
                POOL_QUEUE_ENTRIES,
                new PoolMetrics(metrics.registry(), failures::failed)));
    Executor events = transport.events();
    this.buffers = new ReadBuffers();
    FileAccess access = onEvents(events, () -> access(transport, pool, events, rootFd));
    DigestService digests = new DigestService(access, buffers, pool, events);
    FileHandler files = new FileHandler(access, buffers, digests);
    this.requests = new RequestTracker(Listeners.front(files, limits, trust));
    register(digests);
    Listeners started = null;
    try {
      started =
          Listeners.open(transport.worker(), settings.listen(), requests, limits, gate, trust);
      this.listeners = started;
      this.addresses = started.addresses();
      this.management = startManagement(events);
    } catch (StartException failed) {
      if (started != null) {
        started.close();
      }
      transport.worker().shutdownNow();
      pool.close();
      throw failed;
    }
  }

  /**
   * Starts serving.
   *
   * @throws StartException if it cannot; nothing is left running
   */
  public static FileServer start(Settings settings) throws StartException {
    return start(settings, GateLimits.DEFAULT, ProxyTrust.NONE);
  }

  static FileServer start(Settings settings, GateLimits limits, ProxyTrust trust)
      throws StartException {
    Path root = settings.root();
    if (!Files.exists(root)) {
      throw new StartException("root: " + root + " does not exist", new IOException());
    }
    if (!Files.isDirectory(root)) {
      throw new StartException("root: " + root + " is not a directory", new IOException());
    }
    if (!Files.isReadable(root) || !Files.isExecutable(root)) {
      throw new StartException("root: " + root + " may not be read", new IOException());
    }
    int rootFd;
    try {
      rootFd = FileCalls.openDirectory(root);
    } catch (ErrnoException failed) {
      throw new StartException("root: " + failed.getMessage(), failed);
    }
    try {
      return new FileServer(settings, limits, trust, rootFd);
    } catch (StartException failed) {
      FileCalls.close(rootFd);
      throw failed;
    }
  }

  private static FileAccess access(
      Transport transport, ThreadPool pool, Executor events, int rootFd) {
    return switch (transport) {
      case Transport.Uring uring -> new RingFileAccess(uring.worker().loop(), rootFd);
      case Transport.Nio _ -> new PoolFileAccess(pool, events, rootFd);
    };
  }

  /** Makes something on the event thread, to which it will belong. */
  private static FileAccess onEvents(
      Executor events, java.util.function.Supplier<FileAccess> maker) {
    FileAccess[] made = new FileAccess[1];
    ResetEvent done = new ResetEvent();
    events.execute(() -> {
      made[0] = maker.get();
      done.set();
    });
    done.await();
    return made[0];
  }

  private void register(DigestService digests) {
    metrics.transport(transport.name(), transport.reason());
    metrics.requests(requests);
    metrics.gate(gate);
    metrics.pool(pool);
    metrics.digests(digests);
    if (transport instanceof Transport.Uring uring) {
      metrics.ring(uring.worker());
    }
  }

  static String why(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return cause instanceof BindException && message.contains("in use")
        ? "the address is in use"
        : message;
  }

  private Management startManagement(Executor events) throws StartException {
    InetSocketAddress address = resolve("management", settings.management());
    try {
      return new Management(address, events, this::isReady, metrics);
    } catch (IOException failed) {
      throw new StartException("management: " + settings.management() + ": " + why(failed), failed);
    }
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

  private boolean isReady() {
    return !stopping.get() && Files.isDirectory(settings.root());
  }

  /** Addresses that are listened on, with the ports that were picked. */
  public List<InetSocketAddress> addresses() {
    return addresses;
  }

  /** The management address, with the port that was picked. */
  public InetSocketAddress managementAddress() {
    return management.address();
  }

  /** One line for people: what serves what, and where. */
  public String greeting() {
    StringBuilder line = new StringBuilder("millrace ").append(Version.current());
    line.append(" serves ").append(settings.root().toAbsolutePath().normalize()).append(" at ");
    line.append(String.join(", ", addresses().stream().map(FileServer::url).toList()));
    line.append(" over ").append(transport.description());
    if (!transport.reason().isEmpty()) {
      line.append(", because ").append(transport.reason());
    }
    return line.append("; management at ").append(url(managementAddress())).toString();
  }

  private static String url(InetSocketAddress address) {
    return "http://" + new HostPort(address.getAddress().getHostAddress(), address.getPort());
  }

  /** Read buffers held by transfers, for tests of leaks. */
  int readBuffersTaken() {
    return buffers.taken();
  }

  /** Blocks until the server has stopped. */
  public void await() {
    stopped.await();
  }

  /**
   * Stops accepting, lets what is under way finish within the drain time, and ends. Again has no
   * effect but to wait.
   */
  @Override
  public void close() {
    if (!stopping.compareAndSet(false, true)) {
      stopped.await();
      return;
    }
    long deadline = System.nanoTime() + settings.drain().toNanos();
    listeners.close();
    ResetEvent idle = new ResetEvent();
    requests.drain(idle::set);
    var _ = idle.timedAwait(settings.drain());
    try {
      long left = Math.max(Duration.ofSeconds(1).toNanos(), deadline - System.nanoTime());
      var _ = transport.stop(left);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    management.close();
    pool.close();
    metrics.close();
    FileCalls.close(rootFd);
    stopped.set();
  }
}
