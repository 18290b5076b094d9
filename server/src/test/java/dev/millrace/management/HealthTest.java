package dev.millrace.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.HostPort;
import dev.millrace.server.Programs;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.ServerSettings;
import dev.millrace.transport.TransportChoice;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The management port of a server that is stuck, stopping, or without its root. */
class HealthTest {
  @TempDir Path root;

  private static int status(RunningServer server, String path) throws Exception {
    String code =
        Programs.run(
                "curl",
                "-sS",
                "--path-as-is",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                server.managementUrl() + path)
            .out();
    return Integer.parseInt(code);
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aStuckLoopIsUnhealthyUntilItRunsAgain(TransportChoice transport) throws Exception {
    try (RunningServer server = RunningServer.start(root, transport)) {
      assertEquals(200, status(server, "/healthz"));
      CountDownLatch stuck = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      server
          .events(0)
          .execute(() -> {
            stuck.countDown();
            try {
              release.await();
            } catch (InterruptedException ended) {
              Thread.currentThread().interrupt();
            }
          });
      stuck.await();
      try {
        long start = System.nanoTime();
        assertEquals(503, status(server, "/healthz"));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(millis >= 900 && millis < 5000, "response after " + millis + " ms");
        for (int i = 0; i < 20; i++) {
          assertEquals(
              503, status(server, "/healthz")); // at once: the check has been pending long enough
        }
        if (transport == TransportChoice.URING) {
          double stall = Double.parseDouble(server.metric("millrace_loop_longest_turn_seconds"));
          assertTrue(stall >= 0.9, "stalled for " + stall);
          assertEquals(
              "1.0", server.metric("millrace_loop_posted_tasks")); // one task for all checks
        }
      } finally {
        release.countDown();
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (status(server, "/healthz") != 200) {
        assertTrue(System.nanoTime() < deadline, "still unhealthy");
      }
    }
  }

  @Test
  void aServerIsReadyWhileItsRootExists() throws Exception {
    Path www = Files.createDirectory(root.resolve("www"));
    try (RunningServer server = RunningServer.start(www, TransportChoice.URING)) {
      assertEquals(200, status(server, "/readyz"));
      assertEquals(200, status(server, "/startupz"));
      Files.move(www, root.resolve("elsewhere"));
      assertEquals(503, status(server, "/readyz"));
      assertEquals(200, status(server, "/healthz"));
      Files.move(root.resolve("elsewhere"), www);
      assertEquals(200, status(server, "/readyz"));
    }
  }

  @Test
  void aStoppingServerIsHealthyButNotReady() throws Exception {
    Files.write(root.resolve("large"), new byte[64 << 20]);
    RunningServer server = RunningServer.start(root, TransportChoice.URING);
    try (RawClient client = new RawClient(server.address(), 8 << 10)) {
      client.get("/large");
      RawClient.Head head = client.head();
      Thread closer = Thread.ofPlatform().start(server::close);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
      while (status(server, "/readyz") != 503) {
        assertTrue(System.nanoTime() < deadline, "still ready");
      }
      assertEquals(200, status(server, "/healthz"));
      assertEquals(head.contentLength(), client.body(head.contentLength()).length);
      closer.join();
    } finally {
      server.close();
    }
  }

  @Test
  void theManagementPortServesOnlyItsOwnPages() throws Exception {
    Files.writeString(root.resolve("f"), "x");
    try (RunningServer server = RunningServer.start(root, TransportChoice.URING)) {
      for (String path :
          new String[] {
            "/f",
            "/metrics/f",
            "/metricsf",
            "/healthz/",
            "/metrics/../f",
            "//f",
            "/%66",
            "/healthz/../../../../etc/passwd"
          }) {
        assertEquals(404, status(server, path), path);
      }
      assertEquals(200, status(server, "/"));
      String post =
          Programs.run(
                  "curl",
                  "-sS",
                  "-X",
                  "POST",
                  "-o",
                  "/dev/null",
                  "-w",
                  "%{http_code}",
                  server.managementUrl() + "/metrics")
              .out();
      assertEquals("405", post);
    }
  }

  @Test
  void theManagementPortIsOnLoopbackByDefault() throws Exception {
    HostPort management = HostPort.parse(ServerSettings.MANAGEMENT.defaultText());
    assertTrue(InetAddress.getByName(management.host()).isLoopbackAddress(), management.toString());
  }
}
