package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  @Test
  void theExampleDoesWhatItSays() {
    assertEquals(338_350, ReadmeExample.sumOfSquares(100));
  }

  @Test
  void theReadmeShowsTheExampleThatCompiles() throws IOException {
    String source = Files.readString(Path.of("src/test/java/dev/millrace/sync/ReadmeExample.java"));
    String example =
        source
            .substring(
                source.indexOf("// example starts\n") + "// example starts\n".length(),
                source.indexOf("  // example ends"))
            .stripTrailing()
            .stripIndent();
    assertTrue(Files.readString(Path.of("README.md")).contains(example), example);
  }
}
