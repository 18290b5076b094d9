package dev.millrace.content.write;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.digest.Algorithm;
import dev.millrace.server.Answered;
import dev.millrace.server.Await;
import dev.millrace.server.Programs.Served;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sends SIGKILL to a server while four clients create and replace files. Each file is then a
 * version that was sent, whole, and not older than the last one that the server confirmed. {@code
 * -Duploads.kills=500} sets the number of kills.
 */
class KilledUploadsTest {
  private static final int KILLS = Integer.getInteger("uploads.kills", 8);
  private static final int FILES = 8;
  private static final int CLIENTS = 4; // each with files of its own

  @TempDir Path directory;
  private Path in;

  private final AtomicIntegerArray sent = new AtomicIntegerArray(FILES);
  private final AtomicIntegerArray confirmed = new AtomicIntegerArray(FILES);

  /** A version of a file: its number, then bytes that follow from the number. */
  private static byte[] content(int version) {
    Random random = new Random(version);
    byte[] bytes = new byte[8 + random.nextInt(version % 3 == 0 ? 300_000 : 20_000)];
    random.nextBytes(bytes);
    byte[] number = "%08d".formatted(version).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(number, 0, bytes, 0, number.length);
    return bytes;
  }

  @Test
  void eachFileIsOldOrNewAndWhole() throws Exception {
    in = Files.createDirectories(directory.resolve("root/in"));
    Path config =
        Files.writeString(
            directory.resolve("millrace.yaml"),
            "write: [{path: /in, allow: [create, replace], anyone: on}]\n");
    Random random = new Random(1);
    for (int kill = 0; kill <= KILLS; kill++) {
      try (Served served =
          Served.start(
              List.of(),
              "--config=" + config,
              "--upload-sync=" + (kill % 2 == 0 ? "on" : "off"),
              directory.resolve("root").toString())) {
        Await.until(() -> leftovers() == 0);
        check();
        if (kill == KILLS) {
          break;
        }
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", served.port());
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          int client = i;
          clients.add(Thread.ofPlatform().start(() -> upload(address, client, failure)));
        }
        int before = total(confirmed);
        Await.until(() -> total(confirmed) > before || failure.get() != null);
        Thread.sleep(random.nextInt(60)); // the kill hits any moment
        served.process().destroyForcibly();
        for (Thread client : clients) {
          client.join();
        }
        assertEquals(null, failure.get());
      }
    }
    assertTrue(total(confirmed) >= KILLS, total(confirmed) + " uploads were confirmed");
  }

  /** Uploads until the server is gone. */
  private void upload(InetSocketAddress address, int client, AtomicReference<Throwable> failure) {
    try {
      for (int i = client; ; i = (i + CLIENTS) % FILES) {
        int version = sent.incrementAndGet(i);
        String body = new String(content(version), StandardCharsets.ISO_8859_1);
        String sum = HexFormat.of().formatHex(Algorithm.SHA_256.start().digest(content(version)));
        Answered response =
            Answered.raw(
                address,
                "PUT /in/f"
                    + i
                    + " HTTP/1.1\r\nHost: test\r\nContent-Length: "
                    + body.length()
                    + "\r\nX-Checksum-Sha256: "
                    + sum
                    + "\r\n\r\n"
                    + body);
        assertTrue(response.status() == 201 || response.status() == 204, response.text());
        confirmed.set(i, version);
      }
    } catch (IOException killed) {
      // The server has ended.
    } catch (Exception | AssertionError failed) {
      failure.compareAndSet(null, failed);
    }
  }

  private static int total(AtomicIntegerArray counts) {
    int total = 0;
    for (int i = 0; i < counts.length(); i++) {
      total += counts.get(i);
    }
    return total;
  }

  private void check() throws IOException {
    for (int i = 0; i < FILES; i++) {
      Path file = in.resolve("f" + i);
      if (!Files.exists(file)) {
        assertEquals(0, confirmed.get(i));
        continue;
      }
      byte[] bytes = Files.readAllBytes(file);
      int version = Integer.parseInt(new String(bytes, 0, 8, StandardCharsets.US_ASCII));
      assertArrayEquals(content(version), bytes);
      assertTrue(version >= confirmed.get(i) && version <= sent.get(i), file + " is " + version);
    }
  }

  /** Files of the directory in which files are staged. */
  private long leftovers() throws IOException {
    Path staging = in.resolve(".millrace-uploads");
    if (!Files.exists(staging)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(staging)) {
      return all.count();
    }
  }
}
