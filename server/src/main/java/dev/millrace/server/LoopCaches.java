package dev.millrace.server;

import dev.millrace.cache.CacheListener;
import dev.millrace.cache.CacheStats;
import dev.millrace.cache.CachedResponseInterceptor;
import dev.millrace.cache.ResponseCache;
import dev.millrace.config.Settings;
import dev.millrace.digest.FileVersion;
import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFiles;
import dev.millrace.loop.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** The caches of one loop: open files and responses. */
final class LoopCaches {
  /** Up to this size, copying a body costs less than sending it from the file. */
  private static final int MAX_BODY_BYTES = 16 << 10;

  private final Settings settings;
  private final XnioIoThread thread;
  private final int openFiles;
  private final List<OpenFiles> files = new ArrayList<>();
  private @Nullable ResponseCache responses;

  /**
   * @param thread the loop thread that owns the caches; each loop gets an equal share
   */
  LoopCaches(Settings settings, XnioIoThread thread) {
    this.settings = settings;
    this.thread = thread;
    int total =
        Math.min(settings.caches().openFiles(), DescriptorShares.ofThisProcess().openFiles());
    this.openFiles = total / settings.loops();
  }

  private long validNanos() {
    return settings.caches().revalidate().toNanos();
  }

  /** Adds a cache of open files for one mount, if caching is enabled. */
  FileAccess files(FileAccess access) {
    int share = openFiles / settings.mounts().size();
    if (share == 0) {
      return access;
    }
    OpenFiles cached = new OpenFiles(access, share, validNanos(), this::clear);
    files.add(cached);
    return cached;
  }

  /** Starts closing stale files periodically. */
  void start() {
    var _ = thread.executeAtInterval(this::sweep, 1, TimeUnit.SECONDS);
  }

  /** Starts the response cache, if it is enabled. */
  void startResponseCache(EventLoop loop, CacheListener listener) {
    int bytes = settings.caches().responseCacheBytes() / settings.loops();
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

  /** The caches of open files, by mount; empty if there are none. */
  List<OpenFiles> files() {
    return files;
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
