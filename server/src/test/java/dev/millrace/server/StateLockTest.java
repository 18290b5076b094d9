package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs.Served;
import dev.millrace.transport.TransportChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers with one directory of state. */
class StateLockTest {
  @TempDir Path directory;
  private Path root;
  private Path state;

  @BeforeEach
  void makeDirectories() throws Exception {
    root = Files.createDirectory(directory.resolve("root"));
    state = directory.resolve("state");
  }

  private List<String> second() {
    return Programs.millrace(
        "serve", root.toString(), "--listen=127.0.0.1:0", "--management=off", "--state=" + state);
  }

  @Test
  void theSecondIsRefusedWhileTheFirstRuns() throws Exception {
    try (Served first = Served.start(List.of(), "--state=" + state, root.toString())) {
      Programs.Result refused = Programs.run(second(), Map.of());
      assertEquals(2, refused.exitCode());
      assertEquals(
          "millrace: state: "
              + state
              + " is used by another server, process "
              + first.process().pid()
              + "\n",
          refused.err());
      first.process().destroyForcibly(); // leaves the file, but the kernel releases its lock
      assertTrue(first.process().waitFor(60, TimeUnit.SECONDS));
    }
    try (Served next = Served.start(List.of(), "--state=" + state, root.toString())) {
      assertTrue(next.greeting().contains(" serves "));
    }
  }

  @Test
  void aServerOfTheSameProcessIsRefusedToo() throws Exception {
    String yaml = "state: " + state + "\n";
    try (RunningServer first = RunningServer.start(root, TransportChoice.NIO, yaml)) {
      StartException refused =
          assertThrows(
              StartException.class, () -> RunningServer.start(root, TransportChoice.NIO, yaml));
      assertTrue(refused.getMessage().contains("is used by another server"));
      assertTrue(first.greeting().contains(" serves "));
    }
    RunningServer.start(root, TransportChoice.NIO, yaml).close();
  }
}
