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
 * A rehearsal before the doors open: a server like the one that is to start, on a free port of the
 * loopback interface and with files of its own, answers what servers are asked until its code is
 * compiled. The first who ask the real one then pay what everybody pays (docs/decisions/0014).
 *
 * <p>Its figures, log lines and files end with it.
 */
public final class WarmUp {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /** How much longer it may take than it was given, to come to its end. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  /**
   * Servers, one after another: compiled code leaves out what has never happened, and what happens
   * once at every start and end would have it thrown away when the real one starts.
   */
  private static final int TIMES = 4;

  /** In which of them fewer files stay open than are asked for. */
  private static final int FEW_FILES_TIME = 2;

  private final Settings like;
  private final List<Path> made = new ArrayList<>();

  private WarmUp(Settings like) {
    this.like = like;
  }

  /**
   * Warms up for the time that is set, or not at all. What goes wrong is logged, and the server
   * starts cold.
   *
   * @param like settings of the server that is to start
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
      for (int i = 1; i <= TIMES; i++) {
        if (!rehearse(i, begin + i * (like.warmUp().toNanos() / TIMES))) {
          return;
        }
      }
      // What the rehearsal leaves, and what lives for good, is sorted out now: the first collection
      // under load would stop the loop for it.
      System.gc();
      C2Threads.yieldToOthers();
    } catch (IOException | SettingsException | StartException failed) {
      LOG.warning("warm-up: left out, the first requests will be slow: " + failed);
    } finally {
      deleteFiles();
    }
  }

  /**
   * One server; false if there is no use in another. The thread that asks is not trusted to end.
   */
  private boolean rehearse(int time, long end) throws SettingsException, StartException {
    Path root = made.getFirst();
    try (FileServer server = FileServer.start(settings(root, time == FEW_FILES_TIME))) {
      FutureTask<Boolean> asking =
          new FutureTask<>(() ->
              WarmUpTraffic.run(
                  server.addresses().getFirst(), server.managementAddress(), root, end));
      var _ = Thread.ofPlatform().daemon().name("millrace-warm-up").start(asking);
      long most = Math.max(0, end - System.nanoTime()) + GRACE.toNanos();
      return asking.get(most, TimeUnit.NANOSECONDS);
    } catch (TimeoutException stuck) {
      LOG.warning("warm-up: did not come to its end");
    } catch (ExecutionException defect) {
      LOG.log(Level.SEVERE, "warm-up: failed", defect.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /** As the real server's, as far as the code that runs depends on them. */
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
    made.add(root);
    WarmUpTraffic.files().forEach((name, bytes) -> made.add(root.resolve(name)));
    for (Path file : made.subList(1, made.size())) {
      write(file, WarmUpTraffic.files().getOrDefault(file.getFileName().toString(), 0));
    }
    // A stop in the middle of it leaves nothing behind either; the last that was named goes first.
    made.forEach(path -> path.toFile().deleteOnExit());
  }

  /** Where temporary files go, or in shared memory where the file system may not be written. */
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
        LOG.warning("warm-up: files are left behind: " + failed);
      }
    }
  }
}
