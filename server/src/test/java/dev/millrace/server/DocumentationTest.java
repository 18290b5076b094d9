package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.config.SettingKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentationTest {
  @Test
  void everySettingIsInTheTableWithItsDefault() throws Exception {
    String table = Files.readString(Path.of("..", "docs", "configuration.md"));
    List<String> missing = new ArrayList<>();
    for (SettingKey key : SettingKey.values()) {
      String flag = key == SettingKey.ROOT ? "DIR" : "--" + key.yaml();
      String names = "| `" + flag + "` | `" + key.environment() + "` | `" + key.yaml() + "` | ";
      String defaultValue =
          key == SettingKey.WORKERS
              ? "processors, at least 2"
              : key.defaultValue().isEmpty() ? "" : "`" + key.defaultValue() + "`";
      if (!table.contains(names + defaultValue)) {
        missing.add(names + defaultValue);
      }
    }
    assertEquals(List.of(), missing);
  }
}
