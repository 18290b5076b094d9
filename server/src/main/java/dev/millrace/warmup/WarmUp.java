package dev.millrace.warmup;

import dev.millrace.config.SettingKey;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import dev.millrace.server.FileServer;
import dev.millrace.server.StartException;
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
import java.util.Locale;
import java.util.Map;
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

  /** Time for the traffic to end after its deadline. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  /**
   * Number of servers, one after another. C2 prunes branches that were never taken; several
   * start-stop cycles keep them profiled, so that starting the real server does not invalidate
   * compiled code.
   */
  private static final int CYCLES = 4;

  /** The cycle in which fewer files may be kept open than are requested. */
  private static final int FEW_FILES_CYCLE = 2;

  private final Settings like;
  private final List<Path> createdFiles = new ArrayList<>();

  private WarmUp(Settings like) {
    this.like = like;
  }

  /**
   * Runs the warm-up for the configured time, if any. Failures are logged, and the server starts
   * without it.
   *
   * @param like settings of the server to start
   */
  public static void before(Settings like) {
    if (!like.warmUp().isZero()) {
      new WarmUp(like).run();
    }
  }

  private void run() {
    try {
      makeFiles();
      long begin = System.nanoTime();
      for (int i = 1; i <= CYCLES; i++) {
        if (!rehearse(i, begin + i * (like.warmUp().toNanos() / CYCLES))) {
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
    Path root = createdFiles.getFirst();
    try (FileServer server = FileServer.start(settings(root, cycle == FEW_FILES_CYCLE))) {
      FutureTask<Boolean> traffic =
          new FutureTask<>(() ->
              WarmUpTraffic.run(
                  server.addresses().getFirst(), server.managementAddress(), root, end));
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

  /** The settings of the real server, as far as they determine which code runs. */
  private Settings settings(Path root, boolean fewFiles) throws SettingsException {
    Map<String, List<String>> values = new HashMap<>();
    set(values, SettingKey.ROOT, root);
    set(values, SettingKey.LISTEN, "127.0.0.1:0");
    set(values, SettingKey.MANAGEMENT, "127.0.0.1:0");
    set(values, SettingKey.METRICS, like.metrics() ? "on" : "off");
    set(values, SettingKey.TRANSPORT, like.transport().name().toLowerCase(Locale.ROOT));
    set(values, SettingKey.ZERO_COPY, like.zeroCopy() ? "on" : "off");
    set(values, SettingKey.RESPONSE_CACHE, like.caches().responseCacheBytes() > 0 ? "1MiB" : "off");
    set(values, SettingKey.OPEN_FILES, Math.min(like.caches().openFiles(), fewFiles ? 2 : 64));
    set(values, SettingKey.LISTING, "on");
    set(
        values,
        SettingKey.DIGESTS,
        like.digests().mode().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    set(values, SettingKey.DRAIN, "1s");
    set(values, SettingKey.LAME_DUCK, "0s");
    if (!like.accessLog().equals("off")) {
      set(values, SettingKey.ACCESS_LOG, "/dev/null");
      set(
          values,
          SettingKey.ACCESS_LOG_FORMAT,
          like.accessLogFormat().name().toLowerCase(Locale.ROOT));
    }
    return SettingsLoader.load(new SettingsLoader.Flags(values, null), Map.of());
  }

  private static void set(Map<String, List<String>> values, SettingKey key, Object value) {
    values.put(key.yaml(), List.of(value.toString()));
  }

  private void makeFiles() throws IOException {
    Path root = directory();
    createdFiles.add(root);
    WarmUpTraffic.files().forEach((name, bytes) -> createdFiles.add(root.resolve(name)));
    for (Path file : createdFiles.subList(1, createdFiles.size())) {
      write(file, WarmUpTraffic.files().getOrDefault(file.getFileName().toString(), 0));
    }
    // In case the process ends during the warm-up; deletes in reverse order.
    createdFiles.forEach(path -> path.toFile().deleteOnExit());
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
    for (Path path : createdFiles.reversed()) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException failed) {
        LOG.warning("warm-up: cannot delete a file: " + failed);
      }
    }
  }
}
