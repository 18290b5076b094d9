package dev.millrace.server;

import dev.millrace.cache.HotCache;
import dev.millrace.cache.HotConnection;
import dev.millrace.cache.HotListener;
import dev.millrace.cache.HotStats;
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
final class Caches {
  /** A body of this size still costs less to copy than to send from the file. */
  private static final int HOT_BODY_BYTES = 16 << 10;

  private final Settings settings;
  private final XnioIoThread thread;
  private final int openFiles;
  private final List<OpenFiles> files = new ArrayList<>();
  private @Nullable HotCache hot;

  /**
   * @param thread the event thread that all this belongs to; it gets its part of what all may keep
   */
  Caches(Settings settings, XnioIoThread thread) {
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
  void keepAnswers(EventLoop loop, HotListener listener) {
    int bytes = settings.caches().hotBytes() / settings.loops();
    if (bytes > 0 && openFiles > 0) {
      HotCache.Limits limits = new HotCache.Limits(bytes, HOT_BODY_BYTES, openFiles, validNanos());
      hot = new HotCache(limits, loop::nowNanos, listener);
    }
  }

  /** More is known of a file. Event thread. */
  void forget(FileVersion version) {
    HotCache cache = hot;
    if (cache != null) {
      cache.forget(version.device(), version.inode());
    }
  }

  /** What answers a connection's requests from memory, or null. */
  @Nullable HotConnection answering(StreamConnection connection) {
    HotCache cache = hot;
    return cache == null ? null : HotConnection.of(cache, connection);
  }

  /** Files kept open, by mount; none if none are kept. */
  List<OpenFiles> files() {
    return files;
  }

  /** What the answers kept did, or null if none are. */
  @Nullable HotStats answers() {
    HotCache cache = hot;
    return cache == null ? null : cache.stats();
  }

  private void sweep() {
    files.forEach(OpenFiles::sweep);
    sweepAnswers();
  }

  private void sweepAnswers() {
    HotCache cache = hot;
    if (cache != null && cache.sweep()) {
      thread.execute(this::sweepAnswers); // after what else there is to do
    }
  }

  private void clear() {
    files.forEach(OpenFiles::clear);
    HotCache cache = hot;
    if (cache != null) {
      cache.clear();
    }
  }

  /** A mount has another root: what was answered beneath the old is not right any more. */
  void rootChanged() {
    HotCache cache = hot;
    if (cache != null) {
      cache.clear();
    }
  }

  /** Gives no more answers. Event thread. */
  void close() {
    HotCache cache = hot;
    if (cache != null) {
      cache.close();
    }
    files.forEach(OpenFiles::close);
  }
}
