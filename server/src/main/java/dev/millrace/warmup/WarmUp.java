package dev.millrace.warmup;

import dev.millrace.accesslog.AccessLogWriter;
import dev.millrace.config.Key;
import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import dev.millrace.content.DigestPolicy;
import dev.millrace.content.MountSettings;
import dev.millrace.http.http2.Http2Settings;
import dev.millrace.server.FileServer;
import dev.millrace.server.HttpsSettings;
import dev.millrace.server.LoopCaches;
import dev.millrace.server.ServerSettings;
import dev.millrace.server.StartException;
import dev.millrace.server.TransportSettings;
import dev.millrace.transport.tls.TlsSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The warm-up before the start: a server with similar settings, on a free port of the loopback
 * interface and with its own files, responds to typical requests until its code is compiled. The
 * first requests to the real server then take no longer than later ones
 * (docs/decisions/0014-a-rehearsal.md).
 *
 * <p>Its metrics, log entries and files are discarded.
 */
public final class WarmUp {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /** Time for the traffic to end after its deadline; it ends with the response under way. */
  private static final Duration GRACE = Duration.ofSeconds(15);

  /**
   * Number of servers, one after another. C2 prunes branches that were never taken; several
   * start-stop cycles keep them profiled, so that starting the real server does not invalidate
   * compiled code.
   */
  private static final int CYCLES = 4;

  /** The cycle in which fewer files may be kept open than are requested. */
  private static final int FEW_FILES_CYCLE = 2;

  /** The settings that determine which code runs, besides those that are set below. */
  private static final List<Key<?>> COPIED =
      List.of(
          ServerSettings.METRICS,
          TransportSettings.CHOICE,
          TransportSettings.ZERO_COPY,
          DigestPolicy.MODE,
          Http2Settings.HTTP2,
          Http2Settings.H2C,
          AccessLogWriter.FORMAT);

  private final ServerSettings like;
  private final List<Path> made = new ArrayList<>();

  private WarmUp(ServerSettings like) {
    this.like = like;
  }

  /**
   * Runs the warm-up for the configured time, if any. Failures are logged, and the server starts
   * without it.
   *
   * @param like settings of the server to start
   */
  public static void before(ServerSettings like) {
    if (!like.get(ServerSettings.WARM_UP).isZero()) {
      new WarmUp(like).run();
    }
  }

  private void run() {
    try {
      makeFiles();
      long begin = System.nanoTime();
      for (int i = 1; i <= CYCLES; i++) {
        if (!rehearse(i, begin + i * (like.get(ServerSettings.WARM_UP).toNanos() / CYCLES))) {
          return;
        }
      }
      // Collects the garbage now, and promotes long-lived objects: otherwise the first collection
      // under load would pause the loop for that.
      System.gc();
      C2Threads.yieldToOthers();
    } catch (IOException | SettingsException | StartException failed) {
      LOG.warning("warm-up: skipped, the first requests will be slow: " + failed);
    } finally {
      deleteFiles();
    }
  }

  /** Runs one cycle; false if further cycles are useless. The traffic thread may hang. */
  private boolean rehearse(int cycle, long end) throws SettingsException, StartException {
    Path root = made.getFirst();
    try (FileServer server = FileServer.start(settings(root, cycle == FEW_FILES_CYCLE))) {
      FutureTask<Boolean> traffic =
          new FutureTask<>(() ->
              WarmUpTraffic.run(
                  server.addresses().getFirst(),
                  Objects.requireNonNull(server.managementAddress()),
                  protocols(server),
                  root,
                  end));
      var _ = Thread.ofPlatform().daemon().name("millrace-warm-up").start(traffic);
      long maxNanos = Math.max(0, end - System.nanoTime()) + GRACE.toNanos();
      return traffic.get(maxNanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException stuck) {
      LOG.warning("warm-up: did not end in time");
    } catch (ExecutionException defect) {
      LOG.log(Level.SEVERE, "warm-up: failed", defect.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private ProtocolTraffic.Addresses protocols(FileServer server) {
    return new ProtocolTraffic.Addresses(
        server.tlsAddresses().isEmpty() ? null : server.tlsAddresses().getFirst(),
        like.get(Http2Settings.HTTP2),
        like.get(Http2Settings.H2C) ? server.addresses().getFirst() : null);
  }

  /** The settings of the real server, as far as they determine which code runs. */
  private ServerSettings settings(Path root, boolean fewFiles) throws SettingsException {
    Map<String, List<String>> values = new HashMap<>();
    for (Key<?> key : COPIED) {
      values.put(key.name(), like.values().node(key).texts());
    }
    set(values, MountSettings.ROOT, root);
    set(values, ServerSettings.LISTEN, "127.0.0.1:0");
    set(values, ServerSettings.MANAGEMENT, "127.0.0.1:0");
    boolean caches = like.get(LoopCaches.RESPONSE_CACHE) > 0;
    set(values, LoopCaches.RESPONSE_CACHE, caches ? "1MiB" : "off");
    int openFiles = like.get(LoopCaches.OPEN_FILES);
    set(values, LoopCaches.OPEN_FILES, Math.min(openFiles, fewFiles ? 2 : 64));
    if (!like.get(TlsSettings.LISTEN).isEmpty()) {
      set(values, TlsSettings.LISTEN, "127.0.0.1:0");
      set(values, HttpsSettings.SELF_SIGNED, "on");
    }
    set(values, MountSettings.LISTING, "on");
    set(values, ServerSettings.DRAIN, "1s");
    set(values, ServerSettings.LAME_DUCK, "0s");
    if (!like.get(AccessLogWriter.TARGET).equals("off")) {
      set(values, AccessLogWriter.TARGET, "/dev/null");
    }
    return ServerSettings.load(new SettingsLoader.Flags(values, null), Map.of());
  }

  private static void set(Map<String, List<String>> values, Key<?> key, Object value) {
    values.put(key.name(), List.of(value.toString()));
  }

  private void makeFiles() throws IOException {
    Path root = directory();
    made.add(root);
    WarmUpTraffic.files().forEach((name, bytes) -> made.add(root.resolve(name)));
    for (Path file : made.subList(1, made.size())) {
      write(file, WarmUpTraffic.files().getOrDefault(file.getFileName().toString(), 0));
    }
    // In case the process ends during the warm-up; deletes in reverse order.
    made.forEach(path -> path.toFile().deleteOnExit());
  }

  /** A temporary directory; in shared memory if the file system is read-only. */
  private static Path directory() throws IOException {
    try {
      return Files.createTempDirectory("millrace-warm-up");
    } catch (IOException readOnly) {
      return Files.createTempDirectory(Path.of("/dev/shm"), "millrace-warm-up");
    }
  }

  private static void write(Path file, int bytes) throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocate(Math.min(bytes, 64 << 10));
      for (long left = bytes; left > 0; left -= zeros.limit()) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), left));
        while (zeros.hasRemaining()) {
          out.write(zeros);
        }
      }
    }
  }

  private void deleteFiles() {
    for (Path path : made.reversed()) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException failed) {
        LOG.warning("warm-up: cannot delete a file: " + failed);
      }
    }
  }
}
