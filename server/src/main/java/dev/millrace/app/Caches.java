package dev.millrace.app;

import dev.millrace.digest.DigestService;
import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFiles;
import dev.millrace.gate.Shortcut;
import dev.millrace.hot.HotCache;
import dev.millrace.hot.HotConnection;
import dev.millrace.hot.HotListener;
import dev.millrace.metrics.ServerMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** What one event thread keeps between requests: open files, and whole answers. */
final class Caches {
  /** A body of this size still costs less to copy than to send from the file. */
  private static final int HOT_BODY_BYTES = 16 << 10;

  private static final Pattern SOFT_LIMIT = Pattern.compile("Max open files +(\\S+)");

  private final Settings settings;
  private final Transport transport;
  private final int openFiles;
  private final List<OpenFiles> files = new ArrayList<>();
  private @Nullable HotCache hot;

  Caches(Settings settings, Transport transport) {
    this.settings = settings;
    this.transport = transport;
    this.openFiles = Math.min(settings.caches().openFiles(), descriptorLimit() / 4);
  }

  /** The process's limit of descriptors, which the Java runtime has raised as far as it may. */
  private static int descriptorLimit() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        Matcher soft = SOFT_LIMIT.matcher(line);
        if (soft.lookingAt()) {
          String limit = soft.group(1);
          return limit.equals("unlimited")
              ? Integer.MAX_VALUE
              : (int) Math.min(Long.parseLong(limit), Integer.MAX_VALUE);
        }
      }
    } catch (IOException | NumberFormatException unreadable) {
      // The least that is common.
    }
    return 1024;
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

  /** Begins to keep answers, if any are to be kept, and to let go of what is stale. */
  void start(HotListener listener, DigestService digests) {
    XnioIoThread thread = transport.worker().getIoThread(0);
    if (settings.caches().hotBytes() > 0
        && openFiles > 0
        && transport instanceof Transport.Uring uring) {
      HotCache.Limits limits =
          new HotCache.Limits(
              settings.caches().hotBytes(), HOT_BODY_BYTES, openFiles, validNanos());
      HotCache cache = new HotCache(limits, uring.worker().loop()::nowNanos, listener);
      digests.whenKnown(version -> cache.forget(version.device(), version.inode()));
      hot = cache;
    }
    var _ = thread.executeAtInterval(this::sweep, 1, TimeUnit.SECONDS);
  }

  /** What answers a connection's requests at the gate, or null. */
  @Nullable Shortcut shortcut(StreamConnection connection) {
    HotCache cache = hot;
    return cache == null ? null : HotConnection.of(cache, connection, settings.idleTimeout());
  }

  /** Has the figures of all this shown. */
  void register(ServerMetrics metrics) {
    for (int i = 0; i < files.size(); i++) {
      metrics.openFiles(files.get(i), settings.mounts().get(i).prefix().decoded());
    }
    HotCache cache = hot;
    if (cache != null) {
      metrics.hot(cache.stats());
    }
  }

  private void sweep() {
    files.forEach(OpenFiles::sweep);
    HotCache cache = hot;
    if (cache != null) {
      cache.sweep();
    }
  }

  private void clear() {
    files.forEach(OpenFiles::clear);
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
    files.forEach(OpenFiles::clear);
  }
}
