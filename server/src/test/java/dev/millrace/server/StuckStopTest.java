package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.SettingsLoader;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A stop while a thread is blocked in write(2). */
class StuckStopTest {
  private static final Duration DRAIN = Duration.ofSeconds(2);

  /** The promised two seconds, and four more for a busy machine. */
  private static final Duration MOST = DRAIN.plusSeconds(2 + 4);

  /** Enough lines to exceed a pipe's capacity. */
  private static final int REQUESTS = 60;

  private static final String TARGET = "/" + "x".repeat(4000);

  @TempDir Path root;

  private static void fillLog(int port) throws Exception {
    try (RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", port))) {
      for (int i = 0; i < REQUESTS; i++) {
        client.get(TARGET);
        RawClient.Head head = client.head();
        client.body(head);
        assertEquals(404, head.status());
      }
    }
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void awaitListening(Process process, int port) throws Exception {
    Await.until(() -> {
      try (var _ = new RawClient(new InetSocketAddress("127.0.0.1", port))) {
        return true;
      } catch (java.net.ConnectException notYet) {
        assertTrue(process.isAlive(), "the server ended");
        return false;
      }
    });
  }

  @ParameterizedTest
  @CsvSource({"uring,false", "nio,false", "uring,true"})
  void aProcessEndsAlthoughItsOutputPipeIsFull(String transport, boolean metricsOff)
      throws Exception {
    int port = freePort();
    List<String> command =
        Programs.millrace(
            "serve",
            root.toString(),
            "--listen=127.0.0.1:" + port,
            "--management=127.0.0.1:0",
            "--metrics=" + (metricsOff ? "off" : "on"),
            "--transport=" + transport,
            "--access-log=-",
            "--drain=" + DRAIN.toSeconds() + "s");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      awaitListening(process, port);
      fillLog(port);
      process.destroy(); // SIGTERM
      assertTrue(process.waitFor(MOST.toMillis(), TimeUnit.MILLISECONDS), "the process still runs");
      assertEquals(0, process.exitValue());
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "nio"})
  void aServerStopsAlthoughTheFifoOfItsLogIsFull(String transport) throws Exception {
    Path fifo = root.resolve("fifo");
    assertEquals(0, Programs.run("mkfifo", fifo.toString()).exitCode());
    Path files = Files.createDirectory(root.resolve("files"));
    try (RandomAccessFile reader = new RandomAccessFile(fifo.toFile(), "rw");
        LogLines log = new LogLines("dev.millrace")) {
      SettingsLoader.Flags flags =
          new SettingsLoader.Flags(
              java.util.Map.of(
                  "root", List.of(files.toString()),
                  "listen", List.of("127.0.0.1:0"),
                  "management", List.of("127.0.0.1:0"),
                  "transport", List.of(transport),
                  "access-log", List.of(fifo.toString()),
                  "drain", List.of(DRAIN.toSeconds() + "s")),
              null);
      FileServer server = FileServer.start(ServerSettings.load(flags, java.util.Map.of()));
      fillLog(server.addresses().getFirst().getPort());
      long begin = System.nanoTime();
      server.close();
      long took = System.nanoTime() - begin;
      assertTrue(took < MOST.toNanos(), "the stop took " + Duration.ofNanos(took));
      assertEquals(1, log.with("stop: the access log did not end in time and is abandoned"));
      // The log's thread must end with the test: it continues once the FIFO is read.
      Thread logReader = Thread.ofPlatform().daemon().start(() -> readAll(reader));
      awaitNoLogThread();
      logReader.interrupt();
    }
  }

  private static void readAll(RandomAccessFile reader) {
    byte[] bytes = new byte[1 << 16];
    try {
      while (reader.read(bytes) >= 0) {}
    } catch (java.io.IOException closed) {
      // the test has ended
    }
  }

  private static void awaitNoLogThread() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith("millrace-access-log"))) {
      assertTrue(System.nanoTime() < deadline, "the log's thread is still blocked");
      Thread.onSpinWait();
    }
  }
}
