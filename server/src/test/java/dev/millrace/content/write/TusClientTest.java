package dev.millrace.content.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** tus-js-client, the client that the authors of tus have written, in Node. */
class TusClientTest {
  private static final Path SOURCE = Path.of("src", "test", "npm").toAbsolutePath();

  @TempDir Path root;
  @TempDir Path elsewhere;

  @Test
  void tusJsClientResumesAnUpload() throws Exception {
    for (String name : List.of("package.json", "package-lock.json", ".npmrc", "tus.mjs")) {
      Files.copy(SOURCE.resolve(name), elsewhere.resolve(name));
    }
    Programs.Result installed =
        Programs.run("npm", "ci", "--ignore-scripts", "--prefix", elsewhere.toString());
    assertEquals(0, installed.exitCode(), installed.out() + installed.err());
    byte[] content = new byte[1_000_000];
    new SplittableRandom(3).nextBytes(content);
    Path file = Files.write(elsewhere.resolve("content"), content);
    String rule = "write: [{path: /, allow: [create], anyone: on}]\n";
    try (RunningServer server = RunningServer.start(root, Via.URING, rule)) {
      Programs.Result result =
          Programs.run(
              "node", elsewhere.resolve("tus.mjs").toString(), server.url() + "/", file.toString());
      assertEquals(0, result.exitCode(), result.out() + result.err());
      assertTrue(result.out().contains("resumed "), result.out());
    }
    assertEquals(-1, Files.mismatch(file, root.resolve("by tus.bin")));
    try (Stream<Path> left = Files.list(root.resolve(".millrace-uploads"))) {
      assertTrue(left.allMatch(path -> path.toString().endsWith(".done")), "the other is removed");
    }
  }
}
