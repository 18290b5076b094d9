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

/** What one event thread keeps between requests: open files, and whole answers. */
final class LoopCaches {
  /** A body of this size still costs less to copy than to send from the file. */
  private static final int MAX_BODY_BYTES = 16 << 10;

  private final Settings settings;
  private final XnioIoThread thread;
  private final int openFiles;
  private final List<OpenFiles> files = new ArrayList<>();
  private @Nullable ResponseCache responses;

  /**
   * @param thread the event thread that all this belongs to; it gets its part of what all may keep
   */
  LoopCaches(Settings settings, XnioIoThread thread) {
    this.settings = settings;
    this.thread = thread;
    int inAll =
        Math.min(settings.caches().openFiles(), DescriptorShares.ofThisProcess().openFiles());
    this.openFiles = inAll / settings.loops();
  }

  private long validNanos() {
    return settings.caches().revalidate().toNanos();
  }

  /** Keeps files of one mount open. */
  FileAccess files(FileAccess access) {
    int share = openFiles / settings.mounts().size();
    if (share == 0) {
      return access;
    }
    OpenFiles kept = new OpenFiles(access, share, validNanos(), this::clear);
    files.add(kept);
    return kept;
  }

  /** Begins to let go of what is stale. */
  void start() {
    var _ = thread.executeAtInterval(this::sweep, 1, TimeUnit.SECONDS);
  }

  /** Begins to keep answers, if any are to be kept. */
  void startResponseCache(EventLoop loop, CacheListener listener) {
    int bytes = settings.caches().responseCacheBytes() / settings.loops();
    if (bytes > 0 && openFiles > 0) {
      ResponseCache.Limits limits =
          new ResponseCache.Limits(bytes, MAX_BODY_BYTES, openFiles, validNanos());
      responses = new ResponseCache(limits, loop::nowNanos, listener);
    }
  }

  /** More is known of a file. Event thread. */
  void forget(FileVersion version) {
    ResponseCache cache = responses;
    if (cache != null) {
      cache.forget(version.device(), version.inode());
    }
  }

  /** What answers a connection's requests from memory, or null. */
  @Nullable CachedResponseInterceptor answering(StreamConnection connection) {
    ResponseCache cache = responses;
    return cache == null ? null : CachedResponseInterceptor.of(cache, connection);
  }

  /** Files kept open, by mount; none if none are kept. */
  List<OpenFiles> files() {
    return files;
  }

  /** What the answers kept did, or null if none are. */
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
      thread.execute(this::sweepResponses); // after what else there is to do
    }
  }

  private void clear() {
    files.forEach(OpenFiles::clear);
    ResponseCache cache = responses;
    if (cache != null) {
      cache.clear();
    }
  }

  /** A mount has another root: what was answered beneath the old is not right any more. */
  void rootChanged() {
    ResponseCache cache = responses;
    if (cache != null) {
      cache.clear();
    }
  }

  /** Gives no more answers. Event thread. */
  void close() {
    ResponseCache cache = responses;
    if (cache != null) {
      cache.close();
    }
    files.forEach(OpenFiles::close);
  }
}
