package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.LogLines;
import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Served;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol of systemd, with a program that receives its datagrams. */
class ServiceManagerTest {
  private static final String RECEIVER =
      """
      import socket, sys
      name = sys.argv[1]
      one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      one.bind("\\0" + name[1:] if name.startswith("@") else name)
      print("listening", flush=True)
      while True:
          print(one.recv(65536).decode().replace("\\n", "|"), flush=True)
      """;

  @TempDir Path directory;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void stop() {
    started.forEach(Process::destroyForcibly);
  }

  private BufferedReader receive(String socket) throws Exception {
    Process program =
        new ProcessBuilder("python3", "-c", RECEIVER, socket)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    started.add(program);
    BufferedReader lines = program.inputReader();
    assertEquals("listening", lines.readLine());
    return lines;
  }

  private static String next(BufferedReader lines) throws Exception {
    String line = lines.readLine();
    while (line.equals("WATCHDOG=1")) {
      line = lines.readLine();
    }
    return line;
  }

  @ParameterizedTest
  @ValueSource(strings = {"@", "/"})
  void theStatesOfAServerAreReported(String kind) throws Exception {
    String socket =
        kind.equals("@")
            ? "@millrace-" + System.nanoTime()
            : directory.resolve("notify").toString();
    BufferedReader lines = receive(socket);
    List<String> environment = List.of("env", "NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=200000");
    try (Served served = Served.start(environment, "--drain=1s", directory.toString())) {
      String ready = next(lines);
      assertTrue(ready.startsWith("READY=1|STATUS=millrace "), ready);
      for (int i = 0; i < 5; i++) {
        assertEquals("WATCHDOG=1", lines.readLine());
      }
      signal(served, "HUP");
      String reloading = next(lines);
      assertTrue(reloading.matches("RELOADING=1\\|MONOTONIC_USEC=\\d+"), reloading);
      assertTrue(next(lines).startsWith("READY=1|"));
      signal(served, "TERM");
      assertEquals("STOPPING=1", next(lines));
      assertTrue(served.process().waitFor(60, TimeUnit.SECONDS));
      assertFalse(served.log().contains("cannot notify"), served.log());
    }
  }

  private static void signal(Served served, String name) throws Exception {
    assertEquals(0, Programs.run("kill", "-" + name, "" + served.process().pid()).exitCode());
  }

  @Test
  void aSocketThatIsNotThereIsLoggedAndTheServerServes() throws Exception {
    List<String> environment = List.of("env", "NOTIFY_SOCKET=" + directory.resolve("absent"));
    try (Served served = Served.start(environment, directory.toString())) {
      Await.until(() -> served.log().contains("cannot notify the service manager at "));
    }
  }

  @Test
  void aWatchdogOfAnotherProcessOrWithoutANumberIsIgnored() throws Exception {
    try (LogLines log = new LogLines("dev.millrace")) {
      ServiceManager others =
          ServiceManager.of(
              Map.of("NOTIFY_SOCKET", "@none", "WATCHDOG_USEC", "1000", "WATCHDOG_PID", "1"), 2);
      others.watch(_ -> {
        throw new AssertionError("not watched");
      });
      ServiceManager wrong =
          ServiceManager.of(Map.of("NOTIFY_SOCKET", "@none", "WATCHDOG_USEC", "often"), 2);
      wrong.watch(_ -> {
        throw new AssertionError("not watched");
      });
      assertEquals(1, log.with("WATCHDOG_USEC is not a number of microseconds: often"));
    }
  }

  /** strace holds each call of the loop, so that it does not answer. */
  @Test
  void aLoopThatDoesNotTurnIsNotReportedAsWorking() throws Exception {
    String socket = directory.resolve("notify").toString();
    BufferedReader lines = receive(socket);
    List<String> environment = List.of("env", "NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=400000");
    try (Served served = Served.start(environment, "--transport=uring", directory.toString())) {
      assertTrue(next(lines).startsWith("READY=1|"));
      Process strace =
          new ProcessBuilder(
                  "strace",
                  "-p",
                  "" + served.loopThreads().getFirst(),
                  "-e",
                  "inject=io_uring_enter:delay_enter=2s",
                  "-o",
                  "/dev/null")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      started.add(strace);
      Await.until(() -> served.log().contains("a loop has not answered the watchdog in time"));
      strace.destroy(); // SIGTERM detaches
      assertTrue(strace.waitFor(60, TimeUnit.SECONDS));
      while (lines.ready()) {
        assertEquals("WATCHDOG=1", lines.readLine());
      }
      assertEquals("WATCHDOG=1", lines.readLine(), "it works again");
    }
  }
}
