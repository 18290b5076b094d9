package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs.Result;
import dev.millrace.server.Programs.Served;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Limits on locked memory of 64 KiB, as in containers and on older systems, in a process without
 * CAP_IPC_LOCK, which would lift the limit.
 */
class LockedMemoryTest {
  private static final String FEW = "65536";
  private static final int FIRST_USER = 1_000_000;
  private static final int USERS = 1 << 22;

  @TempDir Path root;

  @BeforeEach
  void makeRootReadableByOthers() throws Exception {
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static List<String> limited(String bytes) throws Exception {
    List<String> prefix = new ArrayList<>();
    if (Programs.run("id", "-u").out().strip().equals("0")) {
      // The kernel counts locked memory per user: other tests' servers run as another user.
      long user = FIRST_USER + ProcessHandle.current().pid() % USERS;
      String caps = "+dac_override,+dac_read_search";
      prefix.addAll(
          List.of(
              "setpriv",
              "--reuid=" + user,
              "--inh-caps=" + caps,
              "--ambient-caps=" + caps,
              "--bounding-set=-ipc_lock",
              "--"));
    }
    prefix.addAll(List.of("prlimit", "--memlock=" + bytes + ":" + bytes, "--"));
    return prefix;
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "uring"})
  void aLowLimitMakesASmallerRing(String transport) throws Exception {
    Files.writeString(root.resolve("file.txt"), "file");
    byte[] large = new byte[3 << 20];
    Files.write(root.resolve("large.bin"), large);
    try (Served served = Served.start(limited(FEW), "--transport", transport, root.toString())) {
      String greeting = served.greeting();
      assertTrue(greeting.contains(" over io_uring ("), greeting);
      assertTrue(greeting.contains(", queues of "), greeting);
      assertTrue(greeting.contains(": ENOMEM"), greeting);
      assertTrue(greeting.contains("ulimit -l "), greeting);
      assertEquals(1, greeting.lines().count(), greeting);
      for (int i = 0; i < 3; i++) {
        try (RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", served.port()))) {
          client.get("/file.txt");
          assertEquals(200, client.head().status());
          assertEquals("file", new String(client.body(4), StandardCharsets.UTF_8));
          client.get("/large.bin");
          assertEquals(200, client.head().status());
          assertEquals(large.length, client.body(large.length).length);
        }
      }
      List<String> fetch = List.of("curl", "-s", served.management() + "/metrics");
      String metrics = Programs.run(fetch, Map.of()).out();
      assertTrue(
          metrics
              .lines()
              .anyMatch(line ->
                  line.startsWith("millrace_transport_info{")
                      && line.contains("transport=\"uring\"")
                      && line.contains("reason=\"io_uring_setup: ENOMEM")),
          metrics);
      String status =
          Programs.run(List.of("curl", "-s", served.management() + "/status.json"), Map.of()).out();
      assertTrue(status.contains("queues of "), status);
      assertTrue(status.contains("ulimit -l "), status);
    }
  }

  /** The warm-up has its own rings, whose locked memory is released before the server's rings. */
  @Test
  void theWarmUpDoesNotReduceTheServersLockedMemory() throws Exception {
    String greeting;
    try (Served served = Served.start(limited(FEW), root.toString())) {
      greeting =
          served.greeting().replaceFirst(".* over ", "").replaceFirst("; management.*\n", "");
    }
    assertTrue(greeting.contains(", queues of "), greeting);
    try (Served served = Served.start(limited(FEW), "--warm-up", "1s", root.toString())) {
      assertTrue(served.greeting().contains(greeting), served.greeting());
    }
  }

  @Test
  void withTooLittleLockedMemoryUringFailsAndAutoFallsBack() throws Exception {
    List<String> forced = new ArrayList<>(limited("4096"));
    forced.addAll(Programs.millrace("serve", "--transport", "uring", root.toString()));
    Result refused = Programs.run(forced, Map.of());
    assertEquals(2, refused.exitCode(), refused.err());
    assertTrue(
        refused.err().startsWith("millrace: transport: io_uring_setup: ENOMEM"), refused.err());
    assertTrue(refused.err().contains("ulimit -l "), refused.err());
    try (Served served = Served.start(limited("4096"), root.toString())) {
      assertTrue(served.greeting().contains(" over NIO, because io_uring_setup: ENOMEM"));
    }
  }

  @Test
  void doctorNamesTheLimitToRaise() throws Exception {
    List<String> command = new ArrayList<>(limited(FEW));
    command.addAll(Programs.millrace("doctor", root.toString()));
    Result result = Programs.run(command, Map.of());
    assertEquals(0, result.exitCode(), result.out());
    assertTrue(
        result.out().contains("warn  io_uring         a ring can be set up, with queues of "),
        result.out());
    assertTrue(result.out().contains("ulimit -l "), result.out());
    assertTrue(result.out().contains("65536 bytes"), result.out());
  }
}
