package dev.millrace.server;

import dev.millrace.accesslog.AccessLog;
import dev.millrace.digest.DigestService;
import dev.millrace.digest.FileVersion;
import dev.millrace.file.FileStat;
import dev.millrace.files.ReadBuffers;
import dev.millrace.files.Root;
import dev.millrace.http.exchange.Connections;
import dev.millrace.http.exchange.ExchangeFactory;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.http.exchange.RequestStats;
import dev.millrace.http.exchange.RequestTracker;
import dev.millrace.http.http1.Http1Loop;
import dev.millrace.http.parser.ParserStats;
import dev.millrace.loop.EventLoop;
import dev.millrace.sync.ThreadPool;
import dev.millrace.transport.Admission;
import io.undertow.server.HttpHandler;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/**
 * The path of requests on one loop, from the HTTP parser to the files, with all state that only its
 * thread may access: caches, buffers, metrics, the access log's batch. Loops share only thread-safe
 * objects.
 */
final class LoopContext {
  /**
   * The objects that all loops share.
   *
   * @param digests owned by the first loop
   * @param corrupt whether a file is known to be corrupt
   * @param accessLog null for none
   */
  record Shared(
      ServerSettings settings,
      Transport transport,
      ThreadPool pool,
      DigestService digests,
      Predicate<FileStat> corrupt,
      AccessLog.@Nullable Writer accessLog) {}

  private final int number;
  private final XnioIoThread events;
  private final Shared shared;
  private final ParserStats parserStats;
  private final @Nullable RequestStats stats;
  private final ExchangeFailures failures = new ExchangeFailures();
  private final ReadBuffers buffers = new ReadBuffers();
  private final LoopCaches caches;
  private final @Nullable AccessLog log;
  private final RequestTracker requests;
  private final Connections connections;
  private final Http1Loop http;
  private final LoopMounts mounts;

  LoopContext(int number, Shared shared) {
    this.number = number;
    this.shared = shared;
    ServerSettings settings = shared.settings();
    this.events = shared.transport().loops().get(number);
    this.parserStats = new ParserStats(settings.get(ServerSettings.METRICS));
    this.stats = settings.get(ServerSettings.METRICS) ? new RequestStats() : null;
    this.caches = new LoopCaches(settings, events);
    this.connections =
        new Connections(
            shared.transport().clock(number), settings.get(ServerSettings.IDLE_TIMEOUT));
    this.mounts = new LoopMounts(number, shared, caches);
    HttpHandler handler = Listeners.front(mounts.router(buffers, failures), settings, failures);
    AccessLog.Writer writer = shared.accessLog();
    this.log = writer == null ? null : new AccessLog(handler, writer);
    this.requests = new RequestTracker(log == null ? handler : log, stats);
    EventLoop loop = shared.transport().eventLoop(number);
    if (loop != null) {
      caches.startResponseCache(loop, new CachedRequestListener(requests, stats, log));
    }
    this.http =
        new Http1Loop(
            new ExchangeFactory(requests),
            settings.http(),
            parserStats,
            connections,
            caches::answering);
    caches.start();
    var _ = events.executeAtInterval(connections::sweep, 1, TimeUnit.SECONDS);
  }

  /**
   * Sets a mount's root, or null for none. Any thread.
   *
   * @param root held by the caller until this returns
   */
  void root(int mount, @Nullable Root root) {
    mounts.root(mount, root);
  }

  /** The listener for this loop's new connections. */
  ChannelListener<StreamConnection> opening() {
    return Listeners.opening(http, shared.settings());
  }

  /** Bounds this loop's connections. */
  Admission admission(ConnectionBound bound) {
    return bound.on(shared.transport().countsBeforeAdmission(), connections::endOldestIdle);
  }

  /** Invalidates responses with a file whose digests have changed. First loop's thread. */
  void forget(FileVersion version) {
    if (number == 0) {
      caches.forget(version);
    } else {
      invalidateAsync(version); // runs before the digest reaches a request on that loop
    }
  }

  /** Posts the invalidation of responses with a file. Any thread. */
  void invalidateAsync(FileVersion version) {
    if (caches.answers() != null) {
      events.execute(() -> caches.forget(version));
    }
  }

  /** The loop thread. */
  XnioIoThread events() {
    return events;
  }

  ParserStats parserStats() {
    return parserStats;
  }

  /** Null if metrics are off. */
  @Nullable RequestStats stats() {
    return stats;
  }

  ExchangeFailures failures() {
    return failures;
  }

  RequestTracker requests() {
    return requests;
  }

  Connections connections() {
    return connections;
  }

  ReadBuffers buffers() {
    return buffers;
  }

  LoopCaches caches() {
    return caches;
  }

  /** Makes each later response close its connection. */
  void drain() {
    requests.drain();
    events.execute(caches::close); // cached responses have no Connection: close
  }

  /** Passes on the last access log entries and releases the roots. The loop has ended. */
  void end() {
    if (log != null) {
      log.hand();
    }
    mounts.end();
  }
}
