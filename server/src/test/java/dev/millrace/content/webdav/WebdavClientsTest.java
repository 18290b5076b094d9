package dev.millrace.content.webdav;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Public WebDAV clients, and the test suite litmus. */
class WebdavClientsTest {
  private static final String YAML =
      "webdav: on\nupload-sync: off\n"
          + "write: [{path: /, allow: [create, replace, delete], anyone: on}]\n";

  @TempDir Path root;
  @TempDir Path elsewhere;

  private Programs.Result run(String... command) throws Exception {
    List<String> here = new ArrayList<>(List.of("env", "-C", elsewhere.toString()));
    here.addAll(List.of(command));
    return Programs.run(here, Map.of());
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void litmusPasses(Via via) throws Exception {
    try (RunningServer server = RunningServer.start(root, via, YAML)) {
      Programs.Result result =
          run("env", "TESTS=basic copymove props locks http", "litmus", "-k", server.url() + "/");
      String out = result.out();
      assertEquals(0, result.exitCode(), out);
      for (String suite : List.of("basic", "copymove", "props", "locks", "http")) {
        assertTrue(out.contains("<- summary for `" + suite + "'"), out);
      }
      assertFalse(out.contains("FAIL") || out.contains("WARNING") || out.contains("SKIPPED"), out);
    }
  }

  @Test
  void cadaverMovesFilesAndDirectories() throws Exception {
    Files.writeString(elsewhere.resolve("one.txt"), "one");
    Files.writeString(elsewhere.resolve(".netrc"), "");
    Files.writeString(
        elsewhere.resolve("script"),
        """
        mkcol docs
        put one.txt docs/one.txt
        propset docs/one.txt colour green
        propget docs/one.txt colour
        copy docs/one.txt docs/two.txt
        move docs/two.txt docs/three.txt
        ls docs
        lock docs/one.txt
        unlock docs/one.txt
        get docs/three.txt back.txt
        delete docs/three.txt
        quit
        """);
    try (RunningServer server = RunningServer.start(root, Via.URING, YAML)) {
      Programs.Result result =
          run(
              "env",
              "HOME=" + elsewhere,
              "sh",
              "-c",
              "exec cadaver " + server.url() + "/ < script 2>&1");
      String out = result.out();
      assertEquals(0, result.exitCode(), out);
      assertFalse(out.contains("failed"), out);
      assertTrue(out.contains("Value of colour is: green"), out);
      assertTrue(out.contains("three.txt"), out);
      assertEquals("one", Files.readString(elsewhere.resolve("back.txt")));
      try (Stream<Path> left = Files.list(root.resolve("docs"))) {
        assertEquals(List.of(root.resolve("docs/one.txt")), left.toList());
      }
    }
  }

  @Test
  void rcloneSynchronizesAndChecks() throws Exception {
    Path from = Files.createDirectories(elsewhere.resolve("from/a b/ü"));
    Random random = new Random(7);
    for (int i = 0; i < 20; i++) {
      byte[] content = new byte[random.nextInt(200_000)];
      random.nextBytes(content);
      Files.write(from.resolve("file #" + i + "%.bin"), content);
    }
    try (RunningServer server = RunningServer.start(root, Via.URING, YAML)) {
      String remote = ":webdav,url='" + server.url() + "':copy";
      rclone("sync", "from", remote);
      rclone("check", "--download", "from", remote);
      Files.delete(from.resolve("file #3%.bin"));
      Files.move(from.resolve("file #4%.bin"), from.resolve("moved"));
      rclone("sync", "from", remote);
      rclone("check", "--download", "from", remote);
      rclone("move", remote, "back");
      try (Stream<Path> files = Files.walk(root)) {
        assertTrue(files.noneMatch(Files::isRegularFile));
      }
      assertEquals(
          -1, Files.mismatch(from.resolve("moved"), elsewhere.resolve("back/a b/ü/moved")));
    }
  }

  private void rclone(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("rclone", "--config", elsewhere.resolve("none").toString()));
    command.addAll(List.of("--retries", "1", "--low-level-retries", "1"));
    command.addAll(List.of(arguments));
    Programs.Result result = run(command.toArray(String[]::new));
    assertEquals(0, result.exitCode(), result.out() + result.err());
  }
}
