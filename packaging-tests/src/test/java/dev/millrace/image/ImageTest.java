package dev.millrace.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.image.Containers.Running;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shipped Dockerfile, built, and the image run as people run it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ImageTest {
  private static final long MEBI = 1 << 20;

  @TempDir static Path work;

  private static Path content;

  @BeforeAll
  @Timeout(value = 50, unit = TimeUnit.MINUTES)
  static void build() throws Exception {
    Containers.build();
    // The server is nobody in particular and must be let in.
    Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
    content = Files.createDirectory(work.resolve("content"));
    Files.writeString(content.resolve("hello.txt"), "hello\n");
    Files.write(content.resolve("large.bin"), new byte[16 << 20]);
  }

  private static void assertServes(Running server) throws Exception {
    assertEquals("hello\n", Containers.get(server.port, "/hello.txt").body());
  }

  private static String seccomp() {
    return "--security-opt=seccomp=" + Containers.PROFILE;
  }

  @Test
  void underTheEnginesOwnProfileItServesOnNioAndSaysWhy() throws Exception {
    try (Running server = new Running(content)) {
      assertServes(server);
      String log = server.log();
      assertTrue(log.contains(" over NIO, because io_uring_setup: "), log);
      assertTrue(log.contains("seccomp"), log);
      assertEquals(1, log.lines().count(), log);
      String metrics = Containers.get(server.management, "/metrics").body();
      assertTrue(
          metrics
              .lines()
              .anyMatch(line ->
                  line.startsWith("millrace_transport_info{")
                      && line.contains("transport=\"nio\"")
                      && line.contains("reason=\"io_uring_setup: ")),
          metrics);
    }
  }

  @Test
  void underTheShippedProfileItServesOnIoUring() throws Exception {
    try (Running server = new Running(content, seccomp())) {
      assertServes(server);
      assertTrue(server.log().contains(" over io_uring ("), server.log());
      assertEquals("2", server.status("Seccomp"));
      assertEquals("ok\n", health(server).out());
    }
  }

  @Test
  void theShippedProfileKeepsOutWhatAServerNeverNeeds() throws Exception {
    for (String refused : List.of("unshare -m true", "mount -t tmpfs none /mnt")) {
      String[] attempt = {
        "--user=0", "--cap-add=SYS_ADMIN", "--entrypoint=sh", "", Containers.IMAGE, "-c", refused
      };
      attempt[3] = "--security-opt=seccomp=unconfined";
      Containers.once(attempt).ok(); // the profile makes the difference, and nothing else
      attempt[3] = seccomp();
      Shell.Result result = Containers.once(attempt);
      assertTrue(result.exitCode() != 0, refused);
      assertTrue(result.err().startsWith(refused.split(" ")[0] + ": "), result.err());
    }
  }

  @Test
  void withLittleLockedMemoryItServesAndSaysWhatToRaise() throws Exception {
    try (Running server =
        new Running(
            content,
            seccomp(),
            "--ulimit=memlock=65536:65536",
            "--ulimit=nofile=20000:20000",
            "--ulimit=nproc=30000:30000")) {
      assertServes(server);
      String log = server.log();
      assertTrue(log.contains(" over io_uring ("), log);
      assertTrue(log.contains(", queues of "), log);
      assertTrue(log.contains("ulimit -l "), log);
    }
  }

  @Test
  void hardenedItServesAndKeepsItsState() throws Exception {
    Path state = Files.createDirectory(work.resolve("state"));
    Shell.run("chown", "65532:65532", state.toString()).ok();
    try (Running server =
        new Running(
            content,
            seccomp(),
            "--read-only",
            "--read-only-tmpfs=false",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--memory=256m",
            "--volume=" + state + ":/state",
            "--env=MILLRACE_STATE=/state")) {
      assertServes(server);
      assertTrue(server.log().contains(" over io_uring ("), server.log());
      assertEquals("0000000000000000", server.status("CapEff"));
      assertEquals("1", server.status("NoNewPrivs"));
      assertTrue(server.status("Uid").startsWith("65532"), server.status("Uid"));
      String digest =
          Containers.get(server.port, "/hello.txt", "Want-Repr-Digest", "sha-256=1")
              .headers()
              .firstValue("Repr-Digest")
              .orElse("");
      assertEquals(
          "sha-256=:WJG5tSLVq37yyKzfYZUWBukcYbi4zbfGaPUYRXGbCgM=:".length(), digest.length());
      assertEquals(16 << 20, Containers.get(server.port, "/large.bin").body().length());
      assertTrue(Files.size(state.resolve("digests.db")) > 0);
      assertEquals("ok\n", health(server).out());
      server.terminate();
      assertEquals(0, server.awaitExit(), server.log());
    }
  }

  private static Shell.Result health(Running server) throws Exception {
    return Containers.podman(
        "exec", server.name, "/opt/millrace/java/bin/java", "@/opt/millrace/java.args", "health");
  }

  @Test
  void theAotCacheFitsAndOtherFlagsDoWithoutIt() throws Exception {
    try (Running server =
        new Running(content, seccomp(), "--env=JDK_JAVA_OPTIONS=-XX:AOTMode=on")) {
      assertServes(server); // with AOTMode=on a cache that does not fit ends the JVM
    }
  }

  /** The ergonomics of a large machine, without one. */
  @Test
  void theAotCacheFitsOnMachinesWithMoreMemoryThanCompressedPointersReach() throws Exception {
    try (Running server =
        new Running(content, seccomp(), "--env=JDK_JAVA_OPTIONS=-XX:AOTMode=on -XX:MaxRAM=256g")) {
      assertServes(server);
    }
  }

  @Test
  void theHealthCheckNeedsNoSecondJava() throws Exception {
    try (Running server = new Running(content, seccomp())) {
      assertServes(server);
      String script = "/opt/millrace/healthcheck";
      assertEquals(
          "/healthz responded with 200\n", Containers.podman("exec", server.name, script).ok());
      Shell.Result elsewhere =
          Containers.podman("exec", "--env=MILLRACE_MANAGEMENT=127.0.0.1:1", server.name, script);
      assertEquals(1, elsewhere.exitCode(), elsewhere.out());
      assertEquals(
          0,
          Containers.podman("exec", "--env=MILLRACE_MANAGEMENT=off", server.name, script)
              .exitCode());
    }
  }

  @Test
  void everySubcommandHasItsModules() throws Exception {
    for (String command :
        List.of(
            "serve", "digest", "verify", "doctor", "top", "health", "put", "get", "sign", "init")) {
      String help = Containers.once(Containers.IMAGE, command, "--help").ok();
      assertTrue(help.contains("millrace " + command), help);
    }
  }

  @Test
  void aStopUnderLoadLosesNothingThatWasUnderWay() throws Exception {
    try (Running server = new Running(content, seccomp(), "--env=MILLRACE_DRAIN=60s")) {
      List<SlowDownload> downloads = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        SlowDownload download = new SlowDownload(server.port);
        downloads.add(download);
        threads.add(Thread.ofPlatform().start(download));
      }
      List<KeepAliveClient> clients = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        KeepAliveClient client = new KeepAliveClient(server.port);
        clients.add(client);
        threads.add(Thread.ofPlatform().start(client));
      }
      for (KeepAliveClient client : clients) {
        assertTrue(client.begun.await(60, TimeUnit.SECONDS), "no answer came");
      }
      for (SlowDownload download : downloads) {
        assertTrue(download.begun.await(60, TimeUnit.SECONDS), "no download began");
      }
      server.terminate();
      for (Thread thread : threads) {
        thread.join();
      }
      List<String> lost =
          downloads.stream().map(SlowDownload::trouble).filter(t -> !t.isEmpty()).toList();
      assertEquals(List.of(), lost);
      lost = clients.stream().map(KeepAliveClient::trouble).filter(t -> !t.isEmpty()).toList();
      assertEquals(List.of(), lost);
      assertEquals(0, server.awaitExit(), server.log());
      assertFalse(server.log().contains("Exception"), server.log());
    }
  }

  @Test
  void theImageSaysWhatItIsAndStaysSmall() throws Exception {
    String config = Containers.podman("inspect", Containers.IMAGE).ok();
    for (String part :
        List.of(
            "\"User\": \"65532:65532\"",
            "\"org.opencontainers.image.licenses\": \"Apache-2.0\"",
            "\"org.opencontainers.image.version\"",
            "\"/opt/millrace/healthcheck\"",
            "\"/opt/millrace/java/bin/java\"")) {
      assertTrue(config.contains(part), part + " is missing: " + config);
    }
    long beyond = size(Containers.IMAGE) - size(Containers.BASE);
    assertTrue(beyond <= 120 * MEBI, "beyond the base: " + beyond / MEBI + " MiB");
    String sbom =
        Containers.once(
                "--entrypoint=cat", Containers.IMAGE, "/opt/millrace/sbom/millrace.cdx.json")
            .ok();
    assertTrue(sbom.contains("\"bomFormat\" : \"CycloneDX\""), sbom);
    assertTrue(sbom.contains("pkg:maven/io.undertow/undertow-core@"), "no Undertow in the SBOM");
  }

  private static long size(String image) throws Exception {
    return Long.parseLong(
        Containers.podman("image", "inspect", "--format", "{{.Size}}", image).ok().strip());
  }

  @Test
  void aThousandIdleConnectionsAreHeldAndTheServerAnswersBetween() throws Exception {
    try (Running server = new Running(content, seccomp(), "--memory=256m")) {
      List<Socket> idle = new ArrayList<>();
      try {
        for (int i = 0; i < 1000; i++) {
          idle.add(new Socket("127.0.0.1", server.port));
        }
        assertServes(server);
      } finally {
        for (Socket socket : idle) {
          socket.close();
        }
      }
    }
  }
}
