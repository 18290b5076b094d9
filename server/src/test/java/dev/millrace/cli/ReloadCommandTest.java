package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Served;
import dev.millrace.server.RawClient;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ways besides a signal by which a server is told to reload. */
class ReloadCommandTest {
  @TempDir Path directory;
  private Path root;
  private Path config;
  private Path pid;

  @BeforeEach
  void makeFiles() throws Exception {
    root = Files.createDirectory(directory.resolve("root"));
    config = directory.resolve("millrace.yaml");
    pid = directory.resolve("pid");
  }

  private void write(String more) throws Exception {
    Path next = directory.resolve("next");
    Files.writeString(next, "root: %s\npid-file: %s\nlame-duck: 0s\n%s".formatted(root, pid, more));
    Files.move(next, config, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Programs.Result reload(String... more) throws Exception {
    List<String> command = Programs.millrace("reload", "--config=" + config);
    command.addAll(List.of(more));
    return Programs.run(command, Map.of());
  }

  private static int status(Served served, String... fields) throws Exception {
    try (RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", served.port()))) {
      client.request("GET", "/", fields);
      return client.head().status();
    }
  }

  @Test
  void theServerOfThePidFileReloads() throws Exception {
    write("");
    try (Served served = Served.start(List.of(), "--config=" + config)) {
      assertEquals(served.process().pid() + "\n", Files.readString(pid));
      assertEquals(404, status(served));
      write("listing: on\n");
      Programs.Result told = reload();
      assertEquals(0, told.exitCode(), told.err());
      assertEquals("told process " + served.process().pid() + " to reload\n", told.out());
      Await.until(() -> status(served) == 200);

      write("listing: perhaps\n");
      Programs.Result invalid = reload();
      assertEquals(2, invalid.exitCode());
      assertTrue(invalid.err().contains("listing: 'perhaps'"), invalid.err());
      assertEquals(1, served.log().split("configuration reloaded", -1).length - 1);

      served.process().destroy();
      assertTrue(served.process().waitFor(60, TimeUnit.SECONDS));
      assertFalse(Files.exists(pid));
    }
    write("");
    Programs.Result gone = reload();
    assertEquals(1, gone.exitCode());
    assertEquals("millrace: " + pid + " does not exist: is the server running?\n", gone.err());
  }

  @ParameterizedTest
  @CsvSource({"1,true", "4194305,true", "-1,true", "x,false", "'',false"})
  void aFileWithoutTheNumberOfAServerIsRefused(String content, boolean isNumber) throws Exception {
    String message =
        isNumber
            ? ": process " + content + " is no Millrace server"
            : " is not the number of a process";
    write("");
    Files.writeString(pid, content + "\n");
    Programs.Result refused = reload();
    assertEquals(1, refused.exitCode());
    assertEquals("millrace: " + pid + message + "\n", refused.err());
  }

  @Test
  void withoutAPidFileTheCommandSaysWhatItNeeds() throws Exception {
    write("");
    Programs.Result refused = reload("--pid-file=");
    assertEquals(2, refused.exitCode());
    assertTrue(refused.err().contains("reload needs pid-file"), refused.err());
  }

  @Test
  void aPidFileThatCannotBeWrittenIsRefusedAtStart() throws Exception {
    write("");
    List<String> command =
        Programs.millrace(
            "serve", "--config=" + config, "--listen=127.0.0.1:0", "--management=off");
    command.add("--pid-file=" + directory.resolve("missing/pid"));
    Programs.Result refused = Programs.run(command, Map.of());
    assertEquals(2, refused.exitCode());
    assertTrue(refused.err().contains("pid-file: cannot write "), refused.err());
  }

  @Test
  void aServerThatWatchesItsFileReloads() throws Exception {
    write("watch-config: 50ms\n");
    try (Served served = Served.start(List.of(), "--config=" + config)) {
      assertEquals(404, status(served));
      write("watch-config: 50ms\nlisting: on\n");
      Await.until(() -> status(served) == 200);
      write("watch-config: 50ms\nlisting: perhaps\n");
      Await.until(() -> served.log().contains("reload failed"));
      assertEquals(200, status(served));
    }
  }

  @Test
  void aChangedFileOfTokensReloads() throws Exception {
    Path tokens = Files.writeString(directory.resolve("tokens"), "first\n");
    write("watch-config: 50ms\nlisting: on\nauth: [{path: /, bearer: '" + tokens + "'}]\n");
    try (Served served = Served.start(List.of(), "--config=" + config)) {
      assertEquals(200, status(served, "Authorization: Bearer first"));
      assertEquals(401, status(served, "Authorization: Bearer second"));
      Path next = Files.writeString(directory.resolve("next"), "second\n");
      Files.move(next, tokens, StandardCopyOption.REPLACE_EXISTING);
      Await.until(() -> status(served, "Authorization: Bearer second") == 200);
      assertEquals(401, status(served, "Authorization: Bearer first"));
    }
  }

  @Test
  void filesThatAConfigurationNamesAreWatchedFromItsLoadOn() throws Exception {
    AtomicInteger reloads = new AtomicInteger();
    Files.writeString(config, "a");
    Path tokens = Files.writeString(directory.resolve("tokens"), "t");
    List<Path> files = new ArrayList<>(List.of(config));
    ConfigWatch watch = new ConfigWatch(() -> files, reloads::incrementAndGet);
    files.add(tokens); // by a reload
    watch.check();
    watch.check();
    assertEquals(0, reloads.get(), "the reload has read it");
    Files.writeString(tokens, "other");
    watch.check();
    watch.check();
    assertEquals(1, reloads.get());
    Files.delete(tokens);
    Files.writeString(config, "ab");
    watch.check();
    watch.check();
    assertEquals(1, reloads.get(), "a configuration whose tokens are missing is not loaded");
    Files.writeString(tokens, "again");
    watch.check();
    watch.check();
    assertEquals(2, reloads.get());
  }

  /** The looks are called here, so that no time passes. */
  @Test
  void aChangeCountsOnceItIsComplete() throws Exception {
    AtomicInteger reloads = new AtomicInteger();
    Files.writeString(config, "a");
    ConfigWatch watch = new ConfigWatch(() -> List.of(config), reloads::incrementAndGet);
    watch.check();
    assertEquals(0, reloads.get());
    Files.writeString(config, "ab"); // a change that goes on
    watch.check();
    Files.writeString(config, "abc");
    watch.check();
    assertEquals(0, reloads.get());
    watch.check();
    assertEquals(1, reloads.get());
    watch.check();
    assertEquals(1, reloads.get());
    Files.delete(config);
    watch.check();
    watch.check();
    assertEquals(1, reloads.get(), "a file that is gone is not loaded");
    Files.writeString(config, "abc");
    watch.check();
    watch.check();
    assertEquals(2, reloads.get(), "another file with the same content");
    Path linked = Files.writeString(directory.resolve("data"), "abc");
    Files.delete(config);
    Files.createSymbolicLink(config, linked);
    watch.check();
    watch.check();
    assertEquals(3, reloads.get(), "as Kubernetes replaces a volume");
  }
}
