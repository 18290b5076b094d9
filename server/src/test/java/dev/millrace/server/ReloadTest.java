package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A change of the configuration file, applied while the server runs. */
class ReloadTest {
  private static final byte[] LARGE = new byte[30_000_000];

  @TempDir Path directory;
  private Path root;
  private Path other;
  private Path file;
  private final LogLines log = new LogLines("dev.millrace");
  private final LogLines meters = new LogLines("io.micrometer");

  @BeforeEach
  void makeFiles() throws Exception {
    root = Files.createDirectory(directory.resolve("root"));
    other = Files.createDirectory(directory.resolve("other"));
    file = directory.resolve("millrace.yaml");
    Files.writeString(root.resolve("f"), "first");
    Files.writeString(other.resolve("f"), "second");
    new SplittableRandom(1).nextBytes(LARGE);
    Files.write(root.resolve("large"), LARGE);
    Settled.await(root);
    Settled.await(other);
  }

  @AfterEach
  void stopListening() {
    log.close();
    meters.close();
    assertEquals(List.of(), meters.lines(), "no meter is registered twice");
  }

  private ServerSettings load() throws SettingsException {
    return ServerSettings.load(new SettingsLoader.Flags(Map.of(), file), Map.of());
  }

  private void write(Via via, Path directory, String more) throws Exception {
    Files.writeString(
        file,
        "root: %s\nlisten: 127.0.0.1:0\nmanagement: 127.0.0.1:0\ntransport: %s\nlame-duck: 0s\n"
                .formatted(directory, via.setting())
            + more);
  }

  private RunningServer start(Via via, String yaml) throws Exception {
    write(via, root, yaml);
    return RunningServer.start(load());
  }

  private static String get(RawClient client, String target, String... fields) throws Exception {
    client.request("GET", target, fields);
    RawClient.Head head = client.head();
    String body = new String(client.body(head), StandardCharsets.UTF_8);
    return head.status() == 200 ? body : String.valueOf(head.status());
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void mountsAndRulesChangeOnOpenConnections(Via via) throws Exception {
    Path tokens = Files.writeString(directory.resolve("tokens"), "secret\n");
    try (RunningServer server = start(via, "");
        RawClient client = new RawClient(server.address())) {
      for (int i = 0; i < 5; i++) {
        assertEquals("first", get(client, "/f")); // cached
        assertEquals("404", get(client, "/"));
      }
      write(via, root, "listing: on\nauth: [{path: /, bearer: %s}]\n".formatted(tokens));
      assertTrue(server.reload(this::load));
      assertEquals("401", get(client, "/f"), "the cached response is not sent");
      assertEquals("first", get(client, "/f", "Authorization: Bearer secret"));
      assertTrue(get(client, "/", "Authorization: Bearer secret").contains("large"));

      Files.writeString(tokens, "other\n");
      assertTrue(server.reload(this::load));
      assertEquals("401", get(client, "/f", "Authorization: Bearer secret"));
      assertEquals("first", get(client, "/f", "Authorization: Bearer other"));

      write(
          via,
          other,
          "mounts: [{path: /a, root: %s}, {path: /b, root: %s}]\n".formatted(root, other));
      assertTrue(server.reload(this::load));
      for (int i = 0; i < 5; i++) {
        assertEquals("second", get(client, "/f"));
        assertEquals("first", get(client, "/a/f"));
        assertEquals("second", get(client, "/b/f"));
      }
      assertTrue(server.metrics().contains("millrace_pool_queue_depth{pool=\"mount-2\"}"));

      write(via, root, "request-rules: [{match: /f, action: deny}]\n");
      assertTrue(server.reload(this::load));
      assertEquals("403", get(client, "/f"));
      assertEquals("404", get(client, "/a/f"));

      write(via, root, "max-request-rate: 2/h\nmax-request-burst: 2\n");
      assertTrue(server.reload(this::load));
      assertEquals("first", get(client, "/f"));
      assertEquals("first", get(client, "/f"));
      assertEquals("429", get(client, "/f"));

      write(via, root, "");
      assertTrue(server.reload(this::load));
      assertEquals("first", get(client, "/f"));
      assertEquals(6, log.with("configuration reloaded"));
    }
    assertEquals(List.of(), Descriptors.openBelow(directory.toString()));
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aRequestUnderWayEndsAsItBegan(Via via) throws Exception {
    try (RunningServer server = start(via, "");
        RawClient slow = new RawClient(server.address(), 8 << 10);
        RawClient client = new RawClient(server.address())) {
      slow.get("/large");
      RawClient.Head head = slow.head();
      write(via, other, "");
      assertTrue(server.reload(this::load));
      assertEquals("second", get(client, "/f"));
      assertEquals("404", get(client, "/large"));
      assertTrue(
          Descriptors.openBelow(root.toString()).size() >= 2, "the file and its root stay open");
      assertArrayEquals(LARGE, slow.body(head));
      var _ = Await.until(() -> Descriptors.openBelow(root.toString()), List::isEmpty);
      assertEquals("404", get(slow, "/large"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "listing: maybe",
        "lisitng: on",
        "mounts: [{path: /a}]",
        "mounts: [{path: /a, root: /does/not/exist}]",
        "auth: [{path: /, basic: /does/not/exist}]",
        "auth: [{path: /}]",
        "request-rules: [{match: /a, action: deny}, {match: /a, action: allow}]",
        "max-request-burst: 3",
        "types: {html: }",
        "cache: [{match: a}]",
        "errors: {200: /x}",
        "fallback: [x, ]: [",
        "cors: [{origin: 5}]",
        "ranges: -1",
        "symlinks: sometimes",
        "workers: none",
        "listen: [a, b]",
        "max-connections: 0",
        "idle-timeout: 5",
        "- a list"
      })
  void aWrongFileChangesNothingAndIsNamed(String wrong) throws Exception {
    try (RunningServer server = start(Via.URING, "");
        RawClient client = new RawClient(server.address())) {
      assertEquals("first", get(client, "/f"));
      Files.writeString(file, "root: " + other + "\n" + wrong + "\n");
      assertFalse(server.reload(this::load), wrong);
      assertEquals("first", get(client, "/f"));
      assertEquals(1, log.with("reload failed, the configuration is as before: "));
      assertEquals(1, log.lines().size());
      write(Via.URING, other, "");
      assertTrue(server.reload(this::load));
      assertEquals("second", get(client, "/f"));
    }
  }

  @Test
  void whatNeedsARestartIsNamed() throws Exception {
    try (RunningServer server = start(Via.URING, "");
        RawClient client = new RawClient(server.address())) {
      write(Via.URING, other, "workers: 7\nidle-timeout: 3s\n");
      assertTrue(server.reload(this::load));
      assertEquals("second", get(client, "/f"));
      assertEquals(1, log.with("except for what requires a restart: idle-timeout, workers"));
    }
  }

  @Test
  void aStoppedServerReloadsNothing() throws Exception {
    RunningServer server = start(Via.URING, "");
    server.close();
    write(Via.URING, other, "");
    assertFalse(server.reload(this::load));
    assertEquals(List.of(), Descriptors.openBelow(directory.toString()));
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void manyReloadsUnderLoadFailNoRequestAndLeaveNothingOpen(Via via) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    try (RunningServer server = start(via, "")) {
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(
            Thread.ofPlatform()
                .start(() -> {
                  try (RawClient client = new RawClient(server.address())) {
                    while (!stop.get()) {
                      String got = get(client, "/f");
                      assertTrue(got.equals("first") || got.equals("second"), got);
                      answered.incrementAndGet();
                    }
                  } catch (Throwable failure) {
                    failures.add(failure);
                  }
                }));
      }
      for (int i = 0; i < 300; i++) {
        String mounts = "mounts: [{path: /m, root: %s}]\n".formatted(root);
        write(via, i % 2 == 0 ? other : root, i % 3 == 0 ? mounts : "listing: on\n");
        assertTrue(server.reload(this::load));
        int now = answered.get();
        Await.until(() -> answered.get() > now || !failures.isEmpty());
      }
      stop.set(true);
      for (Thread client : clients) {
        client.join();
      }
      assertEquals(List.of(), failures);
      write(via, root, "");
      assertTrue(server.reload(this::load));
      try (RawClient client = new RawClient(server.address())) {
        assertEquals("first", get(client, "/f"));
      }
      List<String> open = Descriptors.openBelow(directory.toString());
      assertTrue(open.size() <= 3, "the root, and a cached file: " + open);
    }
    assertEquals(List.of(), Descriptors.openBelow(directory.toString()));
  }
}
