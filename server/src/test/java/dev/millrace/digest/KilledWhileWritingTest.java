package dev.millrace.digest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Served;
import dev.millrace.server.RawClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sends SIGKILL while digests are written: to a small process that only writes digests, which
 * starts faster than a server, and five times to a whole server. The system property {@code
 * digest.kills} is the number of the former.
 */
class KilledWhileWritingTest {
  private static final int LANES = 4;
  private static final int KILLS_A_LANE = Integer.getInteger("digest.kills", 48) / LANES;

  @TempDir Path directory;

  @Test
  void killsLeaveNoWrongDigest() throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicInteger kills = new AtomicInteger();
    List<Thread> lanes = new ArrayList<>();
    for (int i = 0; i < LANES; i++) {
      Path state = directory.resolve("state" + i);
      Random random = new Random(i);
      lanes.add(Thread.ofPlatform().start(() -> killRepeatedly(state, random, kills, failure)));
    }
    for (Thread lane : lanes) {
      lane.join();
    }
    assertEquals(null, failure.get());
    assertEquals(LANES * KILLS_A_LANE, kills.get());
    for (int i = 0; i < LANES; i++) {
      Path state = directory.resolve("state" + i);
      try (SqliteDigestStore store = SqliteDigestStore.openExisting(state)) {
        long known = KilledWriter.check(store);
        assertTrue(known > KILLS_A_LANE, known + " files are indexed");
      }
      assertFalse(
          Files.exists(state.resolve("digests.db.damaged")), "a kill does not damage the index");
    }
  }

  private static void killRepeatedly(
      Path state, Random random, AtomicInteger kills, AtomicReference<Throwable> failure) {
    try {
      for (int i = 0; i < KILLS_A_LANE && failure.get() == null; i++) {
        // Every tenth kill hits the start, when the database may be incomplete.
        killOnce(state, i % 10 == 0 ? random.nextInt(400) : -1, random.nextInt(40));
        kills.incrementAndGet();
      }
    } catch (Exception | AssertionError failed) {
      failure.compareAndSet(null, failed);
    }
  }

  private static void killOnce(Path state, int afterStartMillis, int afterCheckMillis)
      throws IOException, InterruptedException {
    List<String> command = Programs.java("dev.millrace.digest.KilledWriter", state.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader out = process.inputReader()) {
      if (afterStartMillis >= 0) {
        Thread.sleep(afterStartMillis);
      } else {
        String line = out.readLine();
        assertTrue(line != null && line.startsWith("checked "), () -> line + rest(out));
        assertEquals("writes", out.readLine());
        Thread.sleep(afterCheckMillis);
      }
      process.destroyForcibly(); // SIGKILL
      assertEquals(128 + 9, process.waitFor(), () -> rest(out));
    } finally {
      process.destroyForcibly();
    }
  }

  private static String rest(BufferedReader out) {
    return String.join("\n", out.lines().toList());
  }

  @Test
  void aKilledServerServesNoWrongDigest() throws Exception {
    Path root = Files.createDirectory(directory.resolve("root"));
    Path state = directory.resolve("state");
    Random random = new Random(7);
    for (int i = 0; i < 200; i++) {
      write(root.resolve("f" + i), random);
    }
    for (int kill = 0; kill < 5; kill++) {
      try (Served served = Served.start(List.of(), "--state=" + state, root.toString());
          RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", served.port()))) {
        for (int i = 0; i < 200; i++) {
          assertCorrectDigest(client, root.resolve("f" + i));
        }
        for (int i = 0; i < 10; i++) {
          Path file = root.resolve("f" + random.nextInt(200));
          write(file, random);
          assertCorrectDigest(client, file);
        }
        served.process().destroyForcibly();
        assertEquals(128 + 9, served.process().waitFor());
      }
      write(root.resolve("f" + random.nextInt(200)), random); // while no server runs
    }
    try (SqliteDigestStore store = SqliteDigestStore.openExisting(state)) {
      assertTrue(store.files() > 100, store.files() + " files are indexed");
    }
  }

  private static void write(Path file, Random random) throws Exception {
    byte[] bytes = new byte[5000]; // equal sizes: only times distinguish versions
    random.nextBytes(bytes);
    Files.write(file, bytes);
  }

  private static void assertCorrectDigest(RawClient client, Path file) throws Exception {
    client.request("HEAD", "/" + file.getFileName(), "Want-Repr-Digest: sha-256=1");
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    assertEquals(
        "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":",
        client.head().field("repr-digest"));
  }
}
