package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Result;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Traffic;
import dev.millrace.transport.TransportChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace top} in a real terminal (tmux). */
class TopTest {
  @TempDir Path root;

  /** A terminal in which a command runs. */
  private final class Terminal implements AutoCloseable {
    private final String socket = root.resolve("tmux").toString();

    Terminal(List<String> command) throws Exception {
      String quoted = "'" + String.join("' '", command) + "'; echo ended with $?; sleep 60";
      tmux("-f", "/dev/null", "new-session", "-d", "-x", "110", "-y", "50", quoted);
    }

    private Result tmux(String... arguments) throws Exception {
      List<String> command = new ArrayList<>(List.of("tmux", "-u", "-S", socket));
      command.addAll(List.of(arguments));
      return Programs.run(command, Map.of("LC_ALL", "C.UTF-8"));
    }

    String screen() throws Exception {
      return tmux("capture-pane", "-p").out();
    }

    void type(String keys) throws Exception {
      tmux("send-keys", keys);
    }

    void resize(int columns, int rows) throws Exception {
      tmux("resize-window", "-x", "" + columns, "-y", "" + rows);
    }

    String await(Predicate<String> wanted) throws Exception {
      return Await.until(this::screen, wanted);
    }

    @Override
    public void close() {
      try {
        tmux("kill-server");
      } catch (Exception failed) {
        throw new AssertionError(failed);
      }
    }
  }

  @Test
  void aTerminalShowsChangingMetricsUntilQ() throws Exception {
    try (RunningServer server = RunningServer.start(root, TransportChoice.URING);
        Traffic _ = new Traffic(server, root, 10);
        Terminal terminal = new Terminal(Programs.millrace("top", server.managementUrl()))) {
      String screen =
          terminal.await(text -> text.matches("(?s).*answered +[1-9][0-9.]* ?k?/s.*[▁-█]{3}.*"));
      for (String part :
          List.of("Millrace 0.", "io_uring", "Request latency", "Queue depth", "submissions an")) {
        assertTrue(screen.contains(part), part + " in\n" + screen);
      }
      terminal.resize(60, 12);
      terminal.await(text -> text.lines().count() <= 12 && text.contains("q quits"));
      for (String line : terminal.screen().split("\n")) {
        assertTrue(line.codePointCount(0, line.length()) <= 60, line);
      }
      terminal.type("q");
      terminal.await(text -> text.contains("ended with 0"));
    }
  }

  @Test
  void aLostServerIsReported() throws Exception {
    RunningServer server = RunningServer.start(root, TransportChoice.NIO);
    try (Terminal terminal = new Terminal(Programs.millrace("top", server.managementUrl()))) {
      terminal.await(text -> text.contains("Under way"));
      server.close();
      String screen = terminal.await(text -> text.contains("trying again"));
      assertTrue(screen.contains("Under way"), screen);
      terminal.type("C-c");
      terminal.await(text -> text.contains("ended with 0"));
    } finally {
      server.close();
    }
  }

  @Test
  void onceWritesPlainTextAndErrorsSetTheExitCode() throws Exception {
    try (RunningServer server = RunningServer.start(root, TransportChoice.URING)) {
      Result result =
          Programs.run(Programs.millrace("top", "--once", server.managementUrl()), Map.of());
      assertEquals(0, result.exitCode(), result.err());
      assertTrue(result.out().contains("Completion latency, p99\n"), result.out());
      assertFalse(result.out().contains("\033"), result.out());
    }
    Result unreachable = Programs.run(Programs.millrace("top", "--once", "127.0.0.1:1"), Map.of());
    assertEquals(1, unreachable.exitCode());
    assertTrue(
        unreachable.err().startsWith("millrace: http://127.0.0.1:1/status.json: "),
        unreachable.err());
    Result wrong = Programs.run(Programs.millrace("top", "::"), Map.of());
    assertEquals(2, wrong.exitCode());
    assertEquals("millrace: '::' is not a URL, as in http://127.0.0.1:9090\n", wrong.err());
  }
}
