package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  @TempDir Path directory;

  private Result check(String yaml) throws Exception {
    Path config = Files.writeString(directory.resolve("millrace.yaml"), yaml);
    return Programs.run(Programs.millrace("check", "--config=" + config), Map.of());
  }

  @Test
  void aValidFileIsAccepted() throws Exception {
    Result result = check("root: " + directory + "\nlisting: on\n");
    assertEquals("the configuration is valid; mounts: 1\n", result.out());
    assertEquals(0, result.exitCode(), result.err());
  }

  @Test
  void aWrongFileIsRefusedWithItsPlaceAsAtTheStart() throws Exception {
    Result result =
        check("root: " + directory + "\nmounts: [{path: /a, root: x, listing: maybe}]\n");
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("millrace.yaml: mounts[0].listing: 'maybe'"), result.err());
  }

  @Test
  void aRootThatIsNotThereIsNamed() throws Exception {
    Result result = check("root: " + directory + "/absent\n");
    assertEquals(2, result.exitCode());
    assertTrue(
        result.err().contains("root: " + directory + "/absent does not exist"), result.err());
  }
}
