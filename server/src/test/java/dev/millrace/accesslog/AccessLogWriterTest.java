package dev.millrace.accesslog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.LogLines;
import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Served;
import dev.millrace.server.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every entry is written whole or counted as dropped, even when the disk is full. */
class AccessLogWriterTest {
  @TempDir Path root;

  /** A disk with a limited number of free bytes. */
  private static final class Disk implements WritableByteChannel {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int room;

    @Override
    public synchronized int write(ByteBuffer from) throws IOException {
      if (room == 0) {
        throw new IOException("No space left on device");
      }
      int n = Math.min(room, from.remaining());
      for (int i = 0; i < n; i++) {
        bytes.write(from.get());
      }
      room -= n;
      return n;
    }

    synchronized void room(int bytes) {
      room = bytes;
    }

    synchronized String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private static AccessLog.Entry entry(String target) {
    return new AccessLog.Entry(
        0,
        "127.0.0.1",
        null,
        "GET",
        target,
        "HTTP/1.1",
        200,
        1,
        1,
        "test",
        null,
        null,
        null,
        null,
        null);
  }

  private static String line(String target) {
    StringBuilder text = new StringBuilder();
    AccessLogFormat.COMBINED.write(text, entry(target));
    return text.toString();
  }

  /** Writes one batch and waits until every entry is counted as written or dropped. */
  private static void write(AccessLogWriter writer, String... targets) {
    long before = writer.written() + writer.dropped();
    List<AccessLog.Entry> batch = new ArrayList<>();
    for (String target : targets) {
      batch.add(entry(target));
    }
    writer.write(batch);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (writer.written() + writer.dropped() < before + targets.length) {
      assertTrue(System.nanoTime() < deadline, "the batch was not counted in time");
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 30})
  void aTornLineIsDroppedAndTheNextStartsAfterANewline(int torn) throws Exception {
    Disk disk = new Disk();
    try (AccessLogWriter writer = new AccessLogWriter(null, AccessLogFormat.COMBINED, () -> disk)) {
      disk.room(line("/a").length() + torn);
      write(writer, "/a", "/b", "/c");
      assertEquals(1, writer.written());
      assertEquals(2, writer.dropped());
      write(writer, "/d");
      assertEquals(3, writer.dropped());
      disk.room(1 << 20);
      write(writer, "/e", "/f");
      assertEquals(3, writer.written());
      assertEquals(3, writer.dropped());
      String rest = torn == 0 ? "" : line("/b").substring(0, torn) + "\n";
      assertEquals(line("/a") + rest + line("/e") + line("/f"), disk.text());
    }
  }

  /** For the second batch, the disk has room for the newline only. */
  @Test
  void theNewlineAfterATornLineIsNotWrittenTwice() throws Exception {
    Disk disk = new Disk();
    try (AccessLogWriter writer = new AccessLogWriter(null, AccessLogFormat.COMBINED, () -> disk)) {
      disk.room(5);
      write(writer, "/a");
      disk.room(1);
      write(writer, "/b");
      disk.room(1 << 20);
      write(writer, "/c");
      assertEquals(line("/a").substring(0, 5) + "\n" + line("/c"), disk.text());
      assertEquals(1, writer.written());
      assertEquals(2, writer.dropped());
    }
  }

  @Test
  void aFullDiskDropsEveryEntry() throws Exception {
    try (LogLines log = new LogLines("dev.millrace.access");
        AccessLogWriter writer =
            new AccessLogWriter(Path.of("/dev/full"), AccessLogFormat.COMBINED)) {
      write(writer, "/a", "/b");
      write(writer, "/c");
      assertEquals(0, writer.written());
      assertEquals(3, writer.dropped());
      assertEquals(1, log.with("the access log cannot be written: No space left on device"));
    }
  }

  /** Fills a tmpfs, then frees space on it. */
  @ParameterizedTest
  @ValueSource(strings = {"uring", "nio"})
  void entriesLostToAFullDiskAreCounted(String transport) throws Exception {
    Path mounted = Files.createDirectory(root.resolve("log"));
    Path files = Files.createDirectory(root.resolve("files"));
    boolean isRoot = Programs.run("id", "-u").out().strip().equals("0");
    List<String> prefix =
        List.of(
            "unshare",
            isRoot ? "-m" : "-rm",
            "sh",
            "-c",
            "mount -t tmpfs -o size=128k tmpfs "
                + mounted
                + " && head -c 65536 /dev/zero > "
                + mounted
                + "/filler && exec \"$@\"",
            "sh");
    try (Served served =
            Served.start(
                prefix,
                "--transport=" + transport,
                "--access-log=" + mounted.resolve("log"),
                files.toString());
        RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", served.port()))) {
      Path seen = Path.of("/proc/" + served.process().pid() + "/root" + mounted);
      long requests = 0;
      while (metric(served, "dropped") == 0) {
        assertTrue(requests < 1000, "the disk did not fill up");
        requests += request(client);
      }
      Files.delete(seen.resolve("filler"));
      long written = metric(served, "entries");
      while (metric(served, "entries") == written) {
        assertTrue(requests < 2000, "logging did not resume");
        requests += request(client);
      }
      while (metric(served, "entries") + metric(served, "dropped") < requests) {
        Thread.onSpinWait(); // bounded by the test's timeout
      }
      long whole =
          Files.readAllLines(seen.resolve("log"), StandardCharsets.UTF_8).stream()
              .filter(
                  line -> line.matches("127\\.0\\.0\\.1 - - .*\"GET /x{1000} HTTP/1.1\" 404 .*\""))
              .count();
      assertEquals(metric(served, "entries"), whole);
    }
  }

  private static int request(RawClient client) throws Exception {
    client.get("/" + "x".repeat(1000));
    client.body(client.head());
    return 1;
  }

  private static long metric(Served served, String name) throws Exception {
    String metrics = Programs.run("curl", "-sSf", served.management() + "/metrics").out();
    return metrics
        .lines()
        .filter(line -> line.startsWith("millrace_access_log_" + name + "_total "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }
}
