package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Result;
import dev.millrace.server.Programs.Served;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace health}, as a container's health check calls it. */
class HealthCommandTest {
  @TempDir Path root;

  private static Result health(Map<String, String> environment, String... arguments)
      throws Exception {
    String[] all = new String[arguments.length + 1];
    all[0] = "health";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Programs.run(Programs.millrace(all), environment);
  }

  private static String managementOf(Served served) {
    return served.greeting().replaceAll("(?s).*management at http://([0-9.:]+).*", "$1");
  }

  @Test
  void exitCodeIs0ForAHealthyServerAnd1ForAnUnhealthyOne() throws Exception {
    Path content = Files.createDirectory(root.resolve("content"));
    try (Served served = Served.start(List.of(), content.toString())) {
      String management = managementOf(served);
      Result well = health(Map.of(), "http://" + management + "/readyz");
      assertEquals("ok\n", well.out(), well.err());
      assertEquals(0, well.exitCode());

      Files.delete(content); // deletes the served root
      Result sick = health(Map.of(), "http://" + management + "/readyz");
      assertEquals("", sick.out());
      assertEquals("millrace: http://" + management + "/readyz: 503: not ok\n", sick.err());
      assertEquals(1, sick.exitCode());
    }
  }

  @Test
  void theAddressIsReadFromTheEnvironmentOrItsConfigFile() throws Exception {
    try (Served served = Served.start(List.of(), root.toString())) {
      String port = managementOf(served).replaceAll(".*:", "");
      Result byEnvironment = health(Map.of("MILLRACE_MANAGEMENT", "0.0.0.0:" + port));
      assertEquals("ok\n", byEnvironment.out(), byEnvironment.err());
      String yaml = "mounts: [{path: /a, root: /none}]\nmanagement: 127.0.0.1:" + port + "\n";
      Path file = Files.writeString(root.resolve("m.yaml"), yaml);
      Result byFile = health(Map.of("MILLRACE_CONFIG", file.toString()));
      assertEquals("ok\n", byFile.out(), byFile.err());
    }
  }

  @Test
  void refusedConnectionsAndTimeoutsExitWith1() throws Exception {
    int port;
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
      port = silent.getLocalPort();
      Result result = health(Map.of(), "--timeout=1", "http://127.0.0.1:" + port + "/healthz");
      assertEquals(1, result.exitCode());
      assertTrue(result.err().contains("timed out"), result.err());
    }
    Result result = health(Map.of(), "http://127.0.0.1:" + port + "/healthz");
    assertEquals(
        "millrace: http://127.0.0.1:" + port + "/healthz: Connection refused\n", result.err());
    assertEquals(1, result.exitCode());
  }

  @Test
  void invalidUrlsSettingsAndTimeoutsExitWith2() throws Exception {
    Result result = health(Map.of(), "localhost");
    assertEquals("millrace: 'localhost' is not http://HOST:PORT/PATH\n", result.err());
    assertEquals(2, result.exitCode());
    Result setting = health(Map.of("MILLRACE_MANAGEMENT", "nowhere"));
    assertTrue(setting.err().startsWith("millrace: MILLRACE_MANAGEMENT: 'nowhere'"), setting.err());
    assertEquals(2, setting.exitCode());
    assertEquals(2, health(Map.of(), "--timeout=0", "http://127.0.0.1:1/").exitCode());
  }
}
