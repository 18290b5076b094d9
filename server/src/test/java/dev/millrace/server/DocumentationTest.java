package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.config.Key;
import dev.millrace.content.MountSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The table of settings in docs/configuration.md must equal the one generated from the keys. {@code
 * -Ddocs.record=true} makes this test write it.
 */
class DocumentationTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");
  private static final String BEGIN = "<!-- settings: begin -->\n";
  private static final String END = "<!-- settings: end -->\n";

  private static String table() {
    StringBuilder table = new StringBuilder("| flag | environment | YAML | default | |\n");
    table.append("|---|---|---|---|---|\n");
    for (Key<?> key : ServerSettings.KEYS) {
      String flag = key == MountSettings.ROOT ? "DIR" : "--" + key.name();
      String defaultText =
          key == ServerSettings.WORKERS
              ? "processors, at least 2"
              : key.defaultText().isEmpty() ? "" : "`" + key.defaultText() + "`";
      String form = key.form().replace("|", "\\|");
      table.append("| `" + flag + "` | `" + key.environment() + "` | `" + key.name() + "` | ");
      table.append(defaultText + " | `" + form + "`. " + key.description() + " |\n");
    }
    return table.toString();
  }

  @Test
  void theTableOfSettingsMatchesTheKeys() throws Exception {
    String page = Files.readString(PAGE);
    int from = page.indexOf(BEGIN) + BEGIN.length();
    int to = page.indexOf(END);
    if (Boolean.getBoolean("docs.record")) {
      Files.writeString(PAGE, page.substring(0, from) + table() + page.substring(to));
      return;
    }
    assertEquals(table(), page.substring(from, to));
  }
}
