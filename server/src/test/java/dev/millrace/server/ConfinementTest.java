package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.process.Landlock;
import dev.millrace.server.Programs.Served;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server gives up, in processes of their own. */
class ConfinementTest {
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
  private static final String NEEDS_ROOT = "setuid(2) needs root: run the tests as root";

  @TempDir static Path program;
  @TempDir Path directory;
  private Path root;

  @BeforeEach
  void makeFiles() throws Exception {
    for (Path readable : List.of(program, directory)) {
      Files.setPosixFilePermissions(readable, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    root = Files.createDirectory(directory.resolve("root"));
    Files.writeString(root.resolve("f"), "content");
  }

  private Served start(String... arguments) throws Exception {
    List<String> command = Programs.installed(program, "serve", root.toString());
    command.addAll(List.of("--listen=127.0.0.1:0", "--management=127.0.0.1:0"));
    command.addAll(List.of(arguments));
    return Served.start(command);
  }

  private static int status(Served served, String target) throws Exception {
    try (RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", served.port()))) {
      client.get(target);
      return client.head().status();
    }
  }

  /** The values of a field of all threads of a process. */
  private static Set<String> ofThreads(Served served, String field) throws Exception {
    Set<String> values = new TreeSet<>();
    try (var threads = Files.list(Path.of("/proc", "" + served.process().pid(), "task"))) {
      for (Path thread : threads.toList()) {
        Matcher line =
            Pattern.compile("^" + field + ":\\s+(.*)$", Pattern.MULTILINE)
                .matcher(Files.readString(thread.resolve("status")));
        assertTrue(line.find());
        values.add(line.group(1));
      }
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({"1,off", "2,on"})
  void allThreadsRunAsTheUser(String loops, String landlock) throws Exception {
    assertTrue(ROOT, NEEDS_ROOT);
    Path secret = Files.writeString(root.resolve("secret"), "of root");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    try (Served served =
        start("--user=nobody", "--loops=" + loops, "--landlock=" + landlock, "--transport=uring")) {
      for (int i = 0; i < 8; i++) {
        assertEquals(200, status(served, "/f"));
        assertEquals(403, status(served, "/secret"));
      }
      String nobody = Programs.run("id", "-u", "nobody").out().strip();
      assertEquals(
          Set.of(String.join("\t", nobody, nobody, nobody, nobody)), ofThreads(served, "Uid"));
      assertEquals(Set.of("0000000000000000"), ofThreads(served, "CapEff"));
      assertEquals(Set.of("0000000000000000"), ofThreads(served, "CapPrm"));
    }
  }

  @Test
  void aPortBelow1024IsOpenedBeforeTheUserChanges() throws Exception {
    assertTrue(ROOT, NEEDS_ROOT);
    String port = "127.0.77.1:83"; // an address that no other test uses
    try (Served served = start("--user=nobody", "--listen=" + port, "--transport=uring")) {
      assertTrue(served.greeting().contains("http://" + port), served.greeting());
      try (RawClient client = new RawClient(new InetSocketAddress("127.0.77.1", 83))) {
        client.get("/f");
        assertEquals(200, client.head().status());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "no-such-user,user: there is no user 'no-such-user'",
    "nobody,listen: 127.0.0.1:0: needs io_uring",
  })
  void whatCannotBeIsRefused(String user, String message) throws Exception {
    Programs.Result result =
        Programs.run(
            Programs.installed(
                program,
                "serve",
                "--user=" + user,
                "--listen=127.0.0.1:0",
                "--management=off",
                "--transport=nio",
                root.toString()),
            Map.of());
    assertEquals(2, result.exitCode(), result.err());
    String expected =
        ROOT || !user.equals("nobody") ? message : "user: only root can become nobody";
    assertTrue(result.err().contains(expected), result.err());
  }

  @Test
  void aProgramThatTheUserCannotReadIsRefused() throws Exception {
    assertTrue(ROOT, NEEDS_ROOT);
    List<String> command =
        Programs.installed(
            program,
            "serve",
            "--user=nobody",
            "--listen=127.0.0.1:0",
            "--management=off",
            root.toString());
    Path jar = program.resolve("9.jar");
    Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-------"));
    try {
      Programs.Result result = Programs.run(command, Map.of());
      assertEquals(2, result.exitCode(), result.err());
      assertTrue(result.err().contains("user: nobody cannot read " + jar), result.err());
    } finally {
      Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
    }
  }

  /** The state of another owner is not changed, and the reason is told. */
  @Test
  void aStateDirectoryOfAnotherOwnerIsRefused() throws Exception {
    assertTrue(ROOT, NEEDS_ROOT);
    Path state = Files.createDirectory(directory.resolve("state"));
    Programs.Result result =
        Programs.run(
            Programs.installed(
                program,
                "serve",
                "--user=nobody",
                "--listen=127.0.0.1:0",
                "--management=off",
                "--state=" + state,
                root.toString()),
            Map.of());
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("millrace: state: "), result.err());
    assertTrue(result.err().contains(state.toString()), result.err());
  }

  @Test
  void aServerWithLandlockDoesItsWork() throws Exception {
    assertTrue(Landlock.version() > 0, "this kernel has no Landlock");
    Path state = Files.createDirectory(directory.resolve("state"));
    Path log = Files.createDirectory(directory.resolve("log")).resolve("access.log");
    try (Served served =
        start("--landlock=on", "--state=" + state, "--access-log=" + log, "--listing=on")) {
      assertEquals(200, status(served, "/f"));
      assertEquals(200, status(served, "/"));
      assertEquals(200, status(served, "/f.sha256"));
      assertEquals(Set.of("1"), noNewPrivileges(served));
      served.process().destroy();
      assertTrue(served.process().waitFor(60, TimeUnit.SECONDS));
    }
    assertEquals(3, Files.readAllLines(log).size());
    try (var files = Files.list(state)) {
      assertTrue(files.findAny().isPresent());
    }
  }

  /** A reload can add a mount, but its directory stays out of reach until a restart. */
  @ParameterizedTest
  @CsvSource({"off,200", "on,403"})
  void theKernelRefusesFilesThatTheConfigurationDidNotName(String landlock, int status)
      throws Exception {
    Path outside = Files.createTempDirectory(Path.of("/var/tmp"), "millrace");
    Files.writeString(outside.resolve("g"), "content");
    Path config = directory.resolve("millrace.yaml");
    String first = "root: %s\nlandlock: %s\n".formatted(root, landlock);
    Files.writeString(config, first);
    List<String> command = Programs.installed(program, "serve", "--config=" + config);
    command.addAll(List.of("--listen=127.0.0.1:0", "--management=127.0.0.1:0"));
    try (Served served = Served.start(command)) {
      assertEquals(404, status(served, "/m/g"));
      Files.writeString(config, first + "mounts: [{path: /m/, root: %s}]\n".formatted(outside));
      Programs.run("kill", "-HUP", "" + served.process().pid());
      Await.until(() -> served.log().contains("configuration reloaded"));
      assertEquals(status, status(served, "/m/g"));
      assertEquals(200, status(served, "/f"));
    } finally {
      Files.delete(outside.resolve("g"));
      Files.delete(outside);
    }
  }

  private static Set<String> noNewPrivileges(Served served) throws Exception {
    Set<String> values = new TreeSet<>();
    for (long thread : served.loopThreads()) {
      String status =
          Files.readString(
              Path.of("/proc", "" + served.process().pid(), "task", "" + thread, "status"));
      values.add(status.replaceAll("(?s).*NoNewPrivs:\\s+(\\d).*", "$1"));
    }
    return values;
  }
}
