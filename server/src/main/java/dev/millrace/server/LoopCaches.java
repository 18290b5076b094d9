package dev.millrace.server;

import dev.millrace.cache.CacheListener;
import dev.millrace.cache.CacheStats;
import dev.millrace.cache.CachedResponseInterceptor;
import dev.millrace.cache.CachedStreamResponses;
import dev.millrace.cache.ResponseCache;
import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.digest.FileVersion;
import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFiles;
import dev.millrace.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** The caches of one loop: open files and responses. */
public final class LoopCaches {
  /** Memory of the response cache, 0 for none. */
  public static final Key<Integer> RESPONSE_CACHE =
      Key.one(
              "response-cache",
              "64MiB",
              "off|SIZE",
              "Memory for complete responses with small files and for the heads of larger ones.",
              text -> text.equals("off") ? 0 : Parser.bytes(text))
          .formerly("hot");

  /** As many files may be open for hashing alone. */
  private static final int MAX_OPEN_FILES = 1 << 20;

  public static final Key<Integer> OPEN_FILES =
      Key.one(
          "open-files",
          "4096",
          "N",
          "Maximum number of files kept open between requests; 0 for none.",
          Parser.number(0, MAX_OPEN_FILES));

  public static final Key<Duration> REVALIDATE =
      Key.one(
          "revalidate",
          "1s",
          "TIME",
          "How long a path is assumed to lead to the same file. The file itself is always checked.",
          Parser::duration);

  /** The keys of the caches. */
  static final List<Key<?>> KEYS = List.of(RESPONSE_CACHE, OPEN_FILES, REVALIDATE);

  /** Up to this size, copying a body costs less than sending it from the file. */
  private static final int MAX_BODY_BYTES = 16 << 10;

  private final ServerSettings settings;
  private final XnioIoThread thread;
  private final int openFiles;
  private final List<OpenFiles> files = new ArrayList<>();
  private @Nullable ResponseCache responses;

  /**
   * @param thread the loop thread that owns the caches; each loop gets an equal share
   */
  LoopCaches(ServerSettings settings, XnioIoThread thread) {
    this.settings = settings;
    this.thread = thread;
    int total = Math.min(settings.get(OPEN_FILES), DescriptorShares.ofThisProcess().openFiles());
    this.openFiles = total / settings.get(TransportSettings.LOOPS);
  }

  private long validNanos() {
    return settings.get(REVALIDATE).toNanos();
  }

  /**
   * Makes a cache of open files for one mount of so many; null if caching is disabled. Loop thread.
   */
  @Nullable OpenFiles files(FileAccess access, int mounts) {
    int share = openFiles / mounts;
    if (share == 0) {
      return null;
    }
    OpenFiles cached = new OpenFiles(access, share, validNanos(), this::clear);
    files.add(cached);
    return cached;
  }

  /** Closes caches of mounts that are no longer used, and removes all responses. Loop thread. */
  void retire(List<OpenFiles> unused) {
    files.removeAll(unused);
    unused.forEach(OpenFiles::close);
    rootChanged();
  }

  /** Starts closing stale files periodically. */
  void start() {
    var _ = thread.executeAtInterval(this::sweep, 1, TimeUnit.SECONDS);
  }

  /** Starts the response cache, if it is enabled. */
  void startResponseCache(EventLoop loop, CacheListener listener) {
    int bytes = settings.get(RESPONSE_CACHE) / settings.get(TransportSettings.LOOPS);
    if (bytes > 0 && openFiles > 0) {
      ResponseCache.Limits limits =
          new ResponseCache.Limits(bytes, MAX_BODY_BYTES, openFiles, validNanos());
      responses = new ResponseCache(limits, loop::nowNanos, listener);
    }
  }

  /** Invalidates the responses of a file. Loop thread. */
  void forget(FileVersion version) {
    ResponseCache cache = responses;
    if (cache != null) {
      cache.forget(version.device(), version.inode());
    }
  }

  /** The interceptor for a connection, or null without a response cache. */
  @Nullable CachedResponseInterceptor answering(StreamConnection connection) {
    ResponseCache cache = responses;
    return cache == null ? null : CachedResponseInterceptor.of(cache, connection);
  }

  /** The cached responses for an HTTP/2 connection, or null without a response cache. */
  @Nullable CachedStreamResponses answeringStreams(StreamConnection connection) {
    ResponseCache cache = responses;
    return cache == null ? null : new CachedStreamResponses(cache, connection);
  }

  /** The counters of the response cache, or null if there is none. */
  @Nullable CacheStats answers() {
    ResponseCache cache = responses;
    return cache == null ? null : cache.stats();
  }

  private void sweep() {
    files.forEach(OpenFiles::sweep);
    sweepResponses();
  }

  private void sweepResponses() {
    ResponseCache cache = responses;
    if (cache != null && cache.sweep()) {
      thread.execute(this::sweepResponses); // after other pending tasks
    }
  }

  private void clear() {
    files.forEach(OpenFiles::clear);
    ResponseCache cache = responses;
    if (cache != null) {
      cache.clear();
    }
  }

  /** Invalidates all responses after a mount's root has changed. */
  void rootChanged() {
    ResponseCache cache = responses;
    if (cache != null) {
      cache.clear();
    }
  }

  /** Closes the caches; no cached responses are sent any more. Loop thread. */
  void close() {
    ResponseCache cache = responses;
    if (cache != null) {
      cache.close();
    }
    files.forEach(OpenFiles::close);
  }
}
