package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Result;
import dev.millrace.server.TestTls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code millrace doctor} on this machine, and with injected defects. */
class DoctorTest {
  @TempDir Path root;

  private static Map<?, ?> json(Result result) {
    return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(result.out());
  }

  private static Map<?, ?> ring(Result result) {
    return (Map<?, ?>) json(result).get("io_uring");
  }

  private List<String> doctor(String... arguments) {
    List<String> all = new ArrayList<>(List.of("doctor", root.toString()));
    all.addAll(List.of(arguments));
    return Programs.millrace(all.toArray(String[]::new));
  }

  private List<String> doctorWithoutRing(String errno, String... arguments) {
    List<String> command =
        new ArrayList<>(List.of("strace", "-f", "-o", root.resolve("trace").toString()));
    command.addAll(List.of("-e", "trace=io_uring_setup"));
    command.addAll(List.of("-e", "inject=io_uring_setup:error=" + errno));
    command.addAll(doctor(arguments));
    return command;
  }

  @Test
  void aMachineWithIoUringPassesAllChecks() throws Exception {
    Result result = Programs.run(doctor(), Map.of());
    assertEquals(0, result.exitCode(), result.out() + result.err());
    assertEquals("", result.err());
    for (String line :
        List.of(
            "ok    kernel           Linux " + System.getProperty("os.version"),
            "ok    liburing         2.",
            "ok    io_uring         a ring can be set up",
            "ok    operations       nop accept recv send openat2 read",
            "ok    setup flags      cqsize clamp r_disabled submit_all single_issuer defer_taskrun",
            "    open files  ",
            "    cgroup  ",
            "    container  ",
            "    directory        " + root.toRealPath() + " on ")) {
      assertTrue(result.out().contains(line), line + " is missing from\n" + result.out());
    }
    assertTrue(result.out().endsWith("Millrace runs on io_uring here.\n"), result.out());
  }

  @Test
  void jsonOutputHasTheChecksAndTheRingsFeatures() throws Exception {
    Result result = Programs.run(doctor("--json"), Map.of());
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(true, json(result).get("ok"));
    Map<?, ?> ring = ring(result);
    assertEquals(true, ring.get("available"));
    assertEquals(true, ((Map<?, ?>) ring.get("operations")).get("openat2"));
    assertEquals(true, ((Map<?, ?>) ring.get("setup_flags")).get("single_issuer"));
    assertTrue(((List<?>) ring.get("features")).contains("nodrop"), ring.toString());
    assertTrue(((List<?>) json(result).get("checks")).size() >= 10);
  }

  @ParameterizedTest
  @CsvSource({
    "EPERM,seccomp,allow io_uring_setup",
    "ENOSYS,not_implemented,allow io_uring_setup",
    "ENOMEM,memory,ulimit -l"
  })
  void aFailedRingSetupIsExplained(String errno, String reason, String cure) throws Exception {
    Result text = Programs.run(doctorWithoutRing(errno), Map.of());
    assertEquals(1, text.exitCode(), text.err());
    assertTrue(text.out().contains("fail  io_uring         io_uring_setup: " + errno), text.out());
    assertTrue(text.out().contains(cure), text.out());
    assertTrue(text.out().contains("kernel.io_uring_disabled "), text.out());
    Result json = Programs.run(doctorWithoutRing(errno, "--json"), Map.of());
    assertEquals(1, json.exitCode());
    assertEquals(false, json(json).get("ok"));
    assertEquals(reason, ring(json).get("reason"));
  }

  @Test
  void certificatesOfTheConfigurationAreShownWithTheirDaysLeft(@TempDir Path work)
      throws Exception {
    Path config =
        Files.writeString(
            work.resolve("millrace.yaml"),
            "tls-listen: 127.0.0.1:0\ntls-cert: %s\ntls-key: %s\n"
                .formatted(TestTls.certificate(), TestTls.key()));
    Programs.Result valid =
        Programs.run(Programs.millrace("doctor", "--config=" + config), Map.of());
    String lines = valid.out();
    assertTrue(
        lines.matches(
            "(?s).*ok +certificate +[^\n]*: localhost 127.0.0.1 [^\n]*, EC, 29 days left.*"),
        lines);
    Files.writeString(config, "tls-listen: 127.0.0.1:0\ntls-cert: " + work + "/none.pem\n");
    Programs.Result missing =
        Programs.run(Programs.millrace("doctor", "--config=" + config), Map.of());
    assertTrue(missing.out().contains(work + "/none.pem"), missing.out());
    assertEquals(1, missing.exitCode(), missing.toString());
  }

  @Test
  void aSysctlThatDisablesIoUringIsNamed() throws Exception {
    Path two = Files.writeString(root.resolve("two"), "2\n");
    List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c"));
    command.add("mount --bind " + two + " /proc/sys/kernel/io_uring_disabled && exec \"$@\"");
    command.add("sh");
    command.addAll(doctorWithoutRing("EPERM", "--json"));
    Result result = Programs.run(command, Map.of());
    assertEquals("sysctl", ring(result).get("reason"), result.out() + result.err());
    assertTrue(result.out().contains("sysctl -w kernel.io_uring_disabled=0"), result.out());
  }

  @Test
  void lowLimitsAndAMissingDirectoryAreNamed() throws Exception {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "ulimit -n 256 && exec \"$@\"", "sh"));
    command.addAll(Programs.millrace("doctor", root.resolve("absent").toString()));
    Result result = Programs.run(command, Map.of());
    assertEquals(1, result.exitCode(), result.err());
    assertTrue(result.out().contains("warn  open files       256"), result.out());
    assertTrue(result.out().contains("fail  directory        " + root + "/absent does not exist"));
  }
}
