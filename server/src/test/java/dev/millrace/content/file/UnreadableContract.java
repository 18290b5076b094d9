package dev.millrace.content.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Result;
import dev.millrace.server.Programs.Served;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory with files that the server has no permission to read, on both transports. */
abstract class UnreadableContract {
  /** Root reads every file by these capabilities; permissions apply to a server without them. */
  private static final String ROOTS_CAPABILITIES = "-dac_override,-dac_read_search";

  @TempDir Path root;
  @TempDir Path aside;

  abstract Via transport();

  @BeforeEach
  void files() throws Exception {
    for (String name : List.of("a", "m", "z")) {
      Files.writeString(root.resolve(name), "content of " + name);
    }
    for (String name : List.of("closed", "n\newline")) {
      Path file = Files.writeString(root.resolve(name), "for nobody");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    }
  }

  private Served serving() throws Exception {
    boolean isRoot = Programs.run("id", "-u").out().equals("0\n");
    return Served.start(
        isRoot ? List.of("setpriv", "--bounding-set=" + ROOTS_CAPABILITIES) : List.of(),
        "--transport=" + transport().setting(),
        "--listing=on",
        root.toString());
  }

  private static String get(Served server, String target) throws Exception {
    Result result = Programs.run("curl", "-sS", "http://127.0.0.1:" + server.port() + target);
    assertEquals(0, result.exitCode(), target + result.err());
    return result.out();
  }

  @Test
  void unreadableFilesAreMarkedAndDoNotAffectOtherFiles() throws Exception {
    try (Served server = serving()) {
      assertEquals("403 Forbidden\n", get(server, "/closed"));
      String sums = get(server, "/SHA256SUMS");
      List<String> lines = sums.lines().toList();
      assertEquals(5, lines.size(), sums);
      assertEquals("# unreadable: closed", lines.get(1));
      assertEquals("# unreadable: n\\newline", lines.get(3));
      Path list = Files.writeString(aside.resolve("sums"), sums);
      Result check =
          Programs.run("bash", "-c", "cd '" + root + "' && sha256sum -c --strict '" + list + "'");
      assertEquals("a: OK\nm: OK\nz: OK\n", check.out(), check.err());
      String json = get(server, "/SHA256SUMS.json");
      assertTrue(
          json.contains("{\"name\":\"closed\",\"unreadable\":true,\"href\":\"./closed\"}"), json);
      assertEquals(3, json.split("\"sha256\":", -1).length - 1, json);
      assertTrue(json.endsWith("}\n]\n"), json);
      for (String listing : List.of(get(server, "/"), get(server, "/?format=json"))) {
        assertTrue(listing.contains("./closed"), listing);
      }
      assertEquals("content of z", get(server, "/z"));
      assertFalse(server.log().contains("Exception"), server.log());
    }
  }
}
