package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.SettingsLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagementOffTest {
  @TempDir Path root;

  @Test
  void theServerServesWithoutAManagementPort() throws Exception {
    Files.writeString(root.resolve("f"), "content");
    ServerSettings settings =
        ServerSettings.load(
            new SettingsLoader.Flags(
                Map.of(
                    "root", List.of(root.toString()),
                    "listen", List.of("127.0.0.1:0"),
                    "management", List.of("off"),
                    "lame-duck", List.of("0s")),
                null),
            Map.of());
    FileServer server = FileServer.start(settings);
    try (RawClient client = new RawClient(server.addresses().getFirst())) {
      client.get("/f");
      assertEquals(200, client.head().status());
      assertNull(server.managementAddress());
      assertTrue(server.greeting().endsWith("; management off"), server.greeting());
    } finally {
      server.close();
    }
  }
}
