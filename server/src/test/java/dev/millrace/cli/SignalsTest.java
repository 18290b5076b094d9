package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Served;
import dev.millrace.server.RawClient;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Signals other than those that stop the server ({@link CommandLineTest}), for a server that is a
 * child of a shell, and for one that is process 1 of a PID namespace, as in its image.
 */
class SignalsTest {
  private static final String RELOADED = "configuration reloaded";

  @TempDir Path root;

  /** Resets all signals to their default actions, which the tests' parent may have changed. */
  private static List<String> prefix(boolean firstProcess) throws Exception {
    List<String> prefix = new ArrayList<>();
    if (firstProcess) {
      boolean user = Programs.run("id", "-u").out().strip().equals("0");
      prefix.addAll(List.of("unshare", user ? "-pf" : "-rpf", "--kill-child"));
    }
    prefix.addAll(List.of("env", "--default-signal"));
    return prefix;
  }

  private static ProcessHandle server(Served served, boolean firstProcess) {
    return firstProcess
        ? served.process().children().findFirst().orElseThrow()
        : served.process().toHandle();
  }

  private static void kill(String signal, ProcessHandle process) throws Exception {
    assertEquals(0, Programs.run("kill", "-" + signal, "" + process.pid()).exitCode());
  }

  private static void awaitLog(Served served, String text) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!served.log().contains(text)) {
      assertTrue(served.process().isAlive(), served.log());
      assertTrue(System.nanoTime() < deadline, text + " is missing: " + served.log());
      Thread.onSpinWait();
    }
  }

  private void assertServes(Served served) throws Exception {
    try (RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", served.port()))) {
      client.get("/file");
      assertEquals(200, client.head().status());
    }
  }

  @ParameterizedTest
  @CsvSource({"uring,false", "nio,false", "uring,true"})
  void sighupReloadsTheConfiguration(String transport, boolean firstProcess) throws Exception {
    Files.writeString(root.resolve("file"), "x");
    try (Served served =
        Served.start(prefix(firstProcess), "--transport", transport, root.toString())) {
      ProcessHandle server = server(served, firstProcess);
      kill("HUP", server);
      awaitLog(served, RELOADED);
      assertServes(served);
      kill("QUIT", server);
      awaitLog(served, "Full thread dump");
      kill("PIPE", server);
      assertServes(served);
      kill("TERM", server);
      assertTrue(served.process().waitFor(20, TimeUnit.SECONDS));
      assertEquals(0, served.process().exitValue(), served.log());
      assertFalse(served.log().contains("Exception"), served.log());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"USR1", "ALRM", "VTALRM", "IO", "KILL"})
  void otherSignalsEndTheServerWithANonZeroExitCode(String signal) throws Exception {
    try (Served served = Served.start(prefix(false), root.toString())) {
      kill(signal, served.process().toHandle());
      assertTrue(served.process().waitFor(20, TimeUnit.SECONDS), served.log());
      assertTrue(served.process().exitValue() > 128, "exit code " + served.process().exitValue());
    }
  }

  /** The kernel applies no default actions to process 1. */
  @Test
  void process1SurvivesSignalsWithoutAHandler() throws Exception {
    Files.writeString(root.resolve("file"), "x");
    try (Served served = Served.start(prefix(true), root.toString())) {
      ProcessHandle server = server(served, true);
      kill("USR1", server);
      kill("ALRM", server);
      assertServes(served);
      kill("INT", server);
      assertTrue(served.process().waitFor(20, TimeUnit.SECONDS));
      assertEquals(0, served.process().exitValue(), served.log());
    }
  }

  /** Without Java's handlers the kernel ends the process, and the exit code names the signal. */
  @ParameterizedTest
  @CsvSource({"HUP,129", "TERM,143"})
  void withXrsSignalsEndTheServerByTheirDefaultAction(String signal, int code) throws Exception {
    List<String> prefix = new ArrayList<>(prefix(false));
    prefix.add("JAVA_TOOL_OPTIONS=-Xrs");
    try (Served served = Served.start(prefix, root.toString())) {
      kill(signal, served.process().toHandle());
      assertTrue(served.process().waitFor(20, TimeUnit.SECONDS), served.log());
      assertEquals(code, served.process().exitValue());
    }
  }
}
