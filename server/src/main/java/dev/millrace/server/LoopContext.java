package dev.millrace.server;

import dev.millrace.accesslog.AccessLog;
import dev.millrace.content.LoopServices;
import dev.millrace.content.Mount;
import dev.millrace.content.Router;
import dev.millrace.content.compress.CompressedFiles;
import dev.millrace.content.compress.Compression;
import dev.millrace.content.compress.CompressionSettings;
import dev.millrace.content.write.UploadSettings;
import dev.millrace.content.write.WriteServices;
import dev.millrace.digest.CrossLoopDigests;
import dev.millrace.digest.DigestService;
import dev.millrace.digest.DigestSource;
import dev.millrace.digest.FileVersion;
import dev.millrace.file.FileStat;
import dev.millrace.files.ReadBuffers;
import dev.millrace.http.exchange.Connections;
import dev.millrace.http.exchange.EngineLoop;
import dev.millrace.http.exchange.ExchangeFactory;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.http.exchange.RequestStats;
import dev.millrace.http.exchange.RequestTracker;
import dev.millrace.http.parser.ParserStats;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopExecutors;
import dev.millrace.transport.Admission;
import io.undertow.server.HttpHandler;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
   * @param pools the worker threads
   * @param corrupt whether a file is known to be corrupt
   * @param accessLog null for none
   * @param https null without HTTPS
   * @param limits of clients
   * @param writes what uploads share
   * @param compressed compressed forms of files
   */
  record Shared(
      ServerSettings settings,
      Transport transport,
      WorkerPools pools,
      DigestService digests,
      Predicate<FileStat> corrupt,
      AccessLog.@Nullable Writer accessLog,
      @Nullable HttpsServices https,
      ServerLimits limits,
      WriteServices writes,
      CompressedFiles compressed) {
    /** The objects, and those that follow from them. */
    static Shared of(
        ServerSettings settings,
        Transport transport,
        WorkerPools pools,
        DigestService digests,
        Predicate<FileStat> corrupt,
        AccessLog.@Nullable Writer accessLog,
        @Nullable HttpsServices https,
        ServerLimits limits) {
      WriteServices writes =
          new WriteServices(
              UploadSettings.of(settings.values()),
              pools::writers,
              digests::learned,
              digests::holding);
      return new Shared(
          settings,
          transport,
          pools,
          digests,
          corrupt,
          accessLog,
          https,
          limits,
          writes,
          compressed(settings));
    }

    private static CompressedFiles compressed(ServerSettings settings) {
      Path state = settings.get(ServerSettings.STATE);
      int descriptors = DescriptorShares.ofThisProcess().compressed();
      return new CompressedFiles(
          CompressionSettings.of(settings.values()).cacheBytes(state != null),
          Math.max(1, descriptors / (1 + settings.get(TransportSettings.LOOPS))),
          state == null ? null : state.resolve("compressed"));
    }
  }

  private final int number;
  private final XnioIoThread events;
  private final Shared shared;
  private final ParserStats parserStats;
  private final @Nullable RequestStats stats;
  private final ExchangeFailures failures = new ExchangeFailures();
  private final ReadBuffers buffers = new ReadBuffers();
  private final LoopCaches caches;
  private final Compression compression;
  private final @Nullable AccessLog log;
  private final RequestTracker requests;
  private final Connections connections;
  private final LoopProtocols protocols;

  /** Those that later requests use. */
  private volatile LoopMounts mounts;

  /** Those that requests still use after a reload. Loop thread. */
  private final Set<LoopMounts> retiring = new HashSet<>();

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
    this.compression = compression(settings);
    this.mounts = new LoopMounts(number, shared, caches, settings.mounts());
    this.requests = new RequestTracker(front(mounts), stats);
    AccessLog.Writer writer = shared.accessLog();
    this.log = writer == null ? null : new AccessLog(requests, writer);
    EventLoop loop = shared.transport().eventLoop(number);
    if (loop != null) {
      caches.startResponseCache(loop, new CachedRequestListener(requests, stats, log));
    }
    this.protocols =
        new LoopProtocols(
            number,
            shared,
            new EngineLoop(
                new ExchangeFactory(log == null ? requests : log),
                settings.http(),
                parserStats,
                connections,
                shared.limits().gate(),
                shared.limits().bounds(shared.transport().clock(number))),
            caches,
            buffers);
    caches.start();
    var _ = events.executeAtInterval(connections::sweep, 1, TimeUnit.SECONDS);
  }

  private Compression compression(ServerSettings settings) {
    return new Compression(
        shared.compressed(),
        CompressionSettings.of(settings.values()),
        digests(),
        shared.digests()::learned,
        () -> new LoopExecutors(shared.pools().compressors(), events));
  }

  private DigestSource digests() {
    return number == 0
        ? shared.digests()
        : new CrossLoopDigests(shared.digests(), shared.transport().loops().getFirst(), events);
  }

  private HttpHandler front(LoopMounts of) {
    LoopServices services =
        new LoopServices(
            buffers,
            digests(),
            shared.settings().digests(),
            shared.corrupt(),
            failures,
            compression);
    Router router = of.router(services);
    return Listeners.front(
        answeringChallenges(router),
        router::bodyUse,
        shared.limits()::before,
        shared.settings(),
        failures);
  }

  LoopMounts mounts() {
    return mounts;
  }

  /** Makes mounts to {@linkplain #use use} later. Not on the loop thread. */
  LoopMounts make(List<Mount> all) {
    return new LoopMounts(number, shared, caches, all);
  }

  /**
   * Serves later requests from other mounts, when this returns; active ones end as they began. Not
   * on the loop thread.
   */
  void use(LoopMounts next) {
    HttpHandler handler = front(next);
    shared.transport().runAndWait(number, () -> replace(next, handler));
  }

  private void replace(LoopMounts next, HttpHandler handler) {
    LoopMounts before = mounts;
    mounts = next;
    retiring.add(before);
    before.retire();
    requests.replace(
        handler,
        () -> {
          retiring.remove(before);
          before.end();
        });
  }

  private HttpHandler answeringChallenges(HttpHandler next) {
    AcmeServices acme = shared.https() == null ? null : shared.https().acme();
    return acme == null
        ? next
        : acme.responding(next, new LoopExecutors(shared.pools().general(), events), failures);
  }

  /** The listeners for this loop's new connections. */
  LoopProtocols protocols() {
    return protocols;
  }

  /**
   * Bounds this loop's connections.
   *
   * @param plain whether they are not TLS
   */
  Admission admission(ConnectionBound bound, boolean plain) {
    return bound.on(shared.transport().countsBeforeAdmission(), plain, this::endOldest);
  }

  /** Passes on the new connections of this loop that the limits of clients admit. */
  ChannelListener<StreamConnection> limited(
      ChannelListener<StreamConnection> open, Admission admission) {
    return shared.limits().before(open, admission, connections::endOldestIdle);
  }

  /** Closes a connection whose handshake is not complete, or one that is idle; false if none. */
  private boolean endOldest() {
    return protocols.endOldestHandshake() || connections.endOldestIdle();
  }

  /** Ends all idle connections; returns the number of busy ones. Loop thread. */
  int endIdle() {
    protocols.endHandshakes();
    return connections.endIdle() + requests.active();
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

  /** What the uploads of all loops share. */
  WriteServices writes() {
    return shared.writes();
  }

  /** The compressed forms that all loops share. */
  CompressedFiles compressed() {
    return shared.compressed();
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
    events.execute(protocols::drain);
  }

  /** Passes on the last access log entries and releases the roots. The loop has ended. */
  void end() {
    if (log != null) {
      log.hand();
    }
    mounts.end();
    retiring.forEach(LoopMounts::end);
    compression.close();
    if (number == 0) {
      shared.compressed().close(); // the workers have ended, so no loop gets a file any more
    }
  }
}
