package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may read the metrics. */
class ManagementTokenTest {
  @TempDir Path directory;
  private Path tokens;

  @BeforeEach
  void makeFile() throws Exception {
    tokens = Files.writeString(directory.resolve("tokens"), "# of Prometheus\nfirst\n\nsecond\n");
  }

  private ServerSettings settings(String management, Path tokenFile) throws SettingsException {
    return ServerSettings.load(
        new SettingsLoader.Flags(
            Map.of(
                "root", List.of(directory.toString()),
                "listen", List.of("127.0.0.1:0"),
                "management", List.of(management),
                "management-token-file", List.of(tokenFile.toString()),
                "lame-duck", List.of("0s")),
            null),
        Map.of());
  }

  private static RawClient.Head get(InetSocketAddress address, String target, String... fields)
      throws Exception {
    try (RawClient client = new RawClient(address)) {
      client.request("GET", target, fields);
      return client.head();
    }
  }

  @Test
  void metricsAndStatusRequireATokenAndHealthDoesNot() throws Exception {
    try (FileServer server = FileServer.start(settings("127.0.0.1:0", tokens))) {
      InetSocketAddress address = Objects.requireNonNull(server.managementAddress());
      for (String page : List.of("/metrics", "/status", "/status.json")) {
        RawClient.Head refused = get(address, page);
        assertEquals(401, refused.status());
        assertEquals("Bearer realm=\"millrace\"", refused.field("www-authenticate"));
        for (String wrong :
            List.of("Bearer third", "Bearer ", "Basic first", "Bearer # of Prometheus")) {
          assertEquals(401, get(address, page, "Authorization: " + wrong).status(), wrong);
        }
        assertEquals(200, get(address, page, "Authorization: Bearer first").status());
        assertEquals(200, get(address, page, "Authorization: bearer second").status());
      }
      for (String page : List.of("/healthz", "/readyz", "/startupz", "/")) {
        assertEquals(200, get(address, page).status(), page);
      }
      String url = "http://127.0.0.1:" + address.getPort();
      List<String> top = Programs.millrace("top", "--once", url);
      Programs.Result refused = Programs.run(top, Map.of());
      assertEquals(1, refused.exitCode());
      assertTrue(refused.err().contains("responded with status 401"), refused.err());
      Path token = Files.writeString(directory.resolve("token"), "second\n");
      Programs.Result granted =
          Programs.run(Programs.millrace("top", "--once", "--token-file=" + token, url), Map.of());
      assertEquals(0, granted.exitCode(), granted.err());
    }
  }

  @Test
  void theStartMessageSaysThatOthersMayReadTheMetrics() throws Exception {
    String open = " (for every client that reaches it: there is no management-token-file)";
    for (String address : List.of("127.0.0.1:0", "0.0.0.0:0")) {
      try (FileServer server = FileServer.start(settings(address, tokens))) {
        assertFalse(server.greeting().contains(open), server.greeting());
      }
    }
    ServerSettings without =
        ServerSettings.load(
            new SettingsLoader.Flags(
                Map.of(
                    "root", List.of(directory.toString()),
                    "listen", List.of("127.0.0.1:0"),
                    "management", List.of("0.0.0.0:0"),
                    "lame-duck", List.of("0s")),
                null),
            Map.of());
    try (FileServer server = FileServer.start(without)) {
      assertTrue(server.greeting().endsWith(open), server.greeting());
    }
  }

  @Test
  void aFileWithoutTokensIsRefused() throws Exception {
    Path empty = Files.writeString(directory.resolve("empty"), "# none\n\n");
    for (Path file : List.of(empty, directory.resolve("missing"))) {
      SettingsException wrong =
          assertThrows(SettingsException.class, () -> settings("127.0.0.1:0", file));
      assertTrue(
          wrong.getMessage().startsWith("--management-token-file: " + file), wrong.getMessage());
    }
  }
}
