package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets that a service manager has opened, with a program in its place. */
class InheritedSocketsTest {
  private static final int RESTARTS = Integer.getInteger("restart.rounds", 3);

  @TempDir Path directory;
  private Path root;
  private Path log;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void makeFiles() throws Exception {
    root = Files.createDirectory(directory.resolve("root"));
    Files.writeString(root.resolve("f"), "content");
    log = directory.resolve("log");
  }

  @AfterEach
  void stop() {
    started.forEach(program -> {
      program.descendants().forEach(ProcessHandle::destroyForcibly);
      program.destroyForcibly();
    });
  }

  private Process inherit(String kinds, String names, String... arguments) throws Exception {
    Path script = directory.resolve("inherit.py");
    try (var in = getClass().getResourceAsStream("/inherit.py")) {
      Files.write(script, in.readAllBytes());
    }
    List<String> command = new ArrayList<>(List.of("python3", script.toString(), kinds, names));
    command.addAll(Programs.millrace("serve", root.toString(), "--management=127.0.0.1:0"));
    command.addAll(List.of(arguments));
    Process program = new ProcessBuilder(command).redirectError(log.toFile()).start();
    started.add(program);
    return program;
  }

  private void awaitGreetings(int count) throws Exception {
    Await.until(
        () -> Files.readString(log), text -> text.split("management at ", -1).length - 1 >= count);
  }

  private static InetSocketAddress loopback(String port) {
    return new InetSocketAddress("127.0.0.1", Integer.parseInt(port));
  }

  private static String get(RawClient client) throws IOException {
    client.request("GET", "/f");
    return new String(client.body(client.head()));
  }

  /** Two sockets share a name; a third has another one, and a fourth is for nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void theSocketsOfANameServe(String loops) throws Exception {
    Process program =
        inherit(
            "tcp,tcp,tcp,tcp",
            "http:http:other:unused",
            "--listen=systemd:http",
            "--listen=systemd:other",
            "--loops=" + loops,
            "--transport=uring");
    String[] ports = program.inputReader().readLine().split(" ");
    awaitGreetings(1);
    for (int i = 0; i < 3; i++) {
      for (int connection = 0; connection < 8; connection++) {
        try (RawClient client = new RawClient(loopback(ports[i]))) {
          assertEquals("content", get(client));
        }
      }
    }
    String text = Files.readString(log);
    assertTrue(text.contains("passed a socket that no setting names: unused"), text);
    assertTrue(text.contains(" at http://127.0.0.1:" + ports[0] + ", "), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tcp|http|--listen=systemd:https"
            + "|listen: systemd:https: the service manager has passed no socket of this name; the"
            + " names are: http",
        "udp|http|--listen=systemd:http"
            + "|listen: systemd:http: descriptor 3 is not a stream socket that listens",
        "tcp|a:b|--listen=systemd:a|LISTEN_FDNAMES has 2 names for 1 sockets",
        "tcp|-|--listen=systemd:http|no socket of this name; the names are: unknown",
        "tcp|http|--listen=systemd:http --transport=nio"
            + "|listen: systemd:http: needs io_uring, and the transport is NIO",
      })
  void wrongSocketsAreRefused(String kinds, String names, String flags, String message)
      throws Exception {
    Process program = inherit(kinds, names, flags.split(" "));
    Writer input = program.outputWriter();
    input.write("wait\n");
    input.flush();
    BufferedReader lines = program.inputReader();
    lines.readLine();
    assertEquals("started", lines.readLine());
    assertEquals("ended 2", lines.readLine());
    assertTrue(Files.readString(log).contains(message), Files.readString(log));
  }

  /** A connection that arrives while no server runs waits in the socket for the next one. */
  @Test
  void aRestartUnderLoadLosesNoConnection() throws Exception {
    Process program = inherit("tcp", "http", "--listen=systemd:http", "--lame-duck=200ms");
    BufferedReader lines = program.inputReader();
    InetSocketAddress address = loopback(lines.readLine());
    AtomicBoolean end = new AtomicBoolean();
    AtomicInteger served = new AtomicInteger();
    AtomicReference<Exception> failure = new AtomicReference<>();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(Thread.ofVirtual().start(() -> request(address, end, served, failure)));
    }
    Writer input = program.outputWriter();
    for (int i = 1; i <= RESTARTS; i++) {
      assertEquals("started", lines.readLine());
      awaitGreetings(i);
      int before = served.get();
      Await.until(() -> served.get() > before + 100);
      input.write("restart\n");
      input.flush();
      assertEquals("ended 0", lines.readLine());
    }
    awaitGreetings(RESTARTS + 1);
    int before = served.get();
    Await.until(() -> served.get() > before + 100);
    end.set(true);
    for (Thread client : clients) {
      client.join();
    }
    input.close();
    assertTrue(program.waitFor(60, TimeUnit.SECONDS));
    if (failure.get() != null) {
      throw new AssertionError("after " + served + " requests", failure.get());
    }
  }

  /** Uses a connection until the server ends it after a response, as a careful client does. */
  private static void request(
      InetSocketAddress address,
      AtomicBoolean end,
      AtomicInteger served,
      AtomicReference<Exception> failure) {
    try {
      while (!end.get()) {
        try (RawClient client = new RawClient(address)) {
          for (int i = 0; i < 10; i++) {
            client.request("GET", "/f");
            RawClient.Head head = client.head();
            assertEquals("content", new String(client.body(head)));
            served.incrementAndGet();
            if (head.field("connection").equals("close")) {
              break;
            }
          }
        }
      }
    } catch (Exception | AssertionError failed) {
      failure.compareAndSet(null, new IOException(failed));
    }
  }

  @Test
  void socketsOfAnotherProcessAreNone() throws Exception {
    assertEquals(0, InheritedSockets.of(Map.of("LISTEN_FDS", "2"), 7).leftOver().size());
    Map<String, String> others = Map.of("LISTEN_FDS", "2", "LISTEN_PID", "8");
    assertEquals(0, InheritedSockets.of(others, 7).leftOver().size());
    Map<String, String> own = Map.of("LISTEN_FDS", "2", "LISTEN_PID", "7");
    assertEquals("[unknown]", InheritedSockets.of(own, 7).leftOver().toString());
    for (String wrong : List.of("two", "-1", "")) {
      Map<String, String> variables = Map.of("LISTEN_FDS", wrong, "LISTEN_PID", "7");
      assertThrows(StartException.class, () -> InheritedSockets.of(variables, 7), wrong);
    }
  }
}
