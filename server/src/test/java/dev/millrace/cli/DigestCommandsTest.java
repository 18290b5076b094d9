package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.digest.SqliteDigestStore;
import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Result;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace digest} and {@code millrace verify}, compared with {@code sha256sum}. */
class DigestCommandsTest {
  @TempDir Path root;
  @TempDir Path state;

  @BeforeEach
  void files() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      byte[] bytes = new byte[random.nextInt(100_000)];
      random.nextBytes(bytes);
      Path directory = Files.createDirectories(root.resolve(i % 3 == 0 ? "." : "sub/deep" + i % 3));
      Files.write(directory.resolve("file " + i), bytes);
    }
    Files.writeString(root.resolve("odd\nname\\here"), "odd");
    Files.createFile(root.resolve("empty"));
    Files.createSymbolicLink(root.resolve("link"), root.resolve("sub"));
  }

  private static Result millrace(String... arguments) throws Exception {
    return Programs.run(Programs.millrace(arguments), Map.of());
  }

  private Result inRoot(String script) throws Exception {
    return Programs.run("bash", "-euc", "cd '" + root + "' && " + script);
  }

  @Test
  void outputEqualsThatOfTheChecksumTools() throws Exception {
    for (String algorithm : new String[] {"sha256", "sha512", "sha1", "md5"}) {
      Result ours = millrace("digest", "-r", "--algorithm", algorithm, root.toString());
      Result theirs =
          inRoot(
              "find '"
                  + root
                  + "' -type f -print0 | LC_ALL=C sort -z | xargs -0 "
                  + algorithm
                  + "sum | LC_ALL=C sort");
      assertEquals(theirs.out(), String.join("\n", ours.out().lines().sorted().toList()) + "\n");
      assertEquals("", ours.err());
      assertEquals(0, ours.exitCode());
    }
  }

  @Test
  void unreadablePathsAreReportedAndTheOthersDigested() throws Exception {
    String file = root.resolve("empty").toString();
    Result result = millrace("digest", root + "/none", file, root.toString());
    assertEquals(Programs.run("sha256sum", file).out(), result.out());
    assertEquals(
        "millrace: "
            + root
            + "/none: No such file or directory\n"
            + ("millrace: " + root + ": Is a directory\n"),
        result.err());
    assertEquals(1, result.exitCode());
    assertEquals(2, millrace("digest").exitCode());
    assertEquals(2, millrace("digest", "--algorithm=crc", file).exitCode());
  }

  @Test
  void verifyReportsDifferencesFromTheIndex() throws Exception {
    assertEquals(2, millrace("verify", root.toString(), "--state=" + state).exitCode(), "no index");
    assertFalse(Files.exists(state.resolve("digests.db")));
    Result stored = millrace("digest", "-r", "--state=" + state, root.toString());
    assertEquals(0, stored.exitCode(), stored.err());
    Result well = millrace("verify", root.toString(), "--state=" + state);
    assertTrue(well.out().startsWith("22 ok, 0 changed, 0 missing, 0 corrupt,"), well.out());
    assertEquals(0, well.exitCode());

    corrupt(root.resolve("file 0"));
    Files.writeString(root.resolve("file 3"), "another text");
    Files.delete(root.resolve("file 6"));
    Files.move(root.resolve("file 9"), root.resolve("moved"));
    Files.writeString(root.resolve("next"), "replaces");
    inRoot("mv next 'file 12'");
    Files.writeString(root.resolve("new"), "added");
    Result amiss = millrace("verify", root.toString(), "--state=" + state);
    assertEquals(
        "corrupt    file 0\nchanged    file 12\nchanged    file 3\nmissing    file 6\n",
        amiss.out().substring(0, amiss.out().lastIndexOf('\n', amiss.out().length() - 2) + 1));
    assertTrue(
        amiss.out().contains("18 ok, 2 changed, 1 missing, 1 corrupt, 0 unreadable, 1 added;"),
        amiss.out());
    assertEquals(1, amiss.exitCode());
    Result json =
        Programs.run(
            "bash",
            "-c",
            String.join(" ", Programs.millrace("verify", "--json", "'" + root + "'"))
                + (" --state='"
                    + state
                    + "' | python3 -c 'import json,sys; m = json.load(sys.stdin);")
                + " print(m[\"ok\"], m[\"corrupt\"], [f[\"path\"] for f in m[\"files\"]"
                + " if f[\"status\"] == \"corrupt\"])'");
    assertEquals("18 1 ['file 0']\n", json.out(), json.err());
  }

  @Test
  void forgetMissingRemovesDeletedFilesFromTheIndex() throws Exception {
    String index = "--state=" + state;
    assertEquals(0, millrace("digest", "-r", index, root.toString()).exitCode());
    inRoot("cp 'file 12' next && mv next 'file 12'"); // another inode at an indexed path
    assertEquals(0, millrace("digest", index, root.resolve("file 12").toString()).exitCode());
    Files.delete(root.resolve("file 6")); // last, so that no new file reuses its inode
    for (int i = 0; i < 2; i++) {
      Result amiss = millrace("verify", root.toString(), index);
      assertTrue(amiss.out().startsWith("missing    file 6\n21 ok, "), amiss.out());
      assertEquals(1, amiss.exitCode());
    }
    Result forgets = millrace("verify", root.toString(), index, "--forget-missing");
    assertTrue(forgets.out().startsWith("forgotten  file 6\n21 ok, "), forgets.out());
    assertTrue(forgets.out().contains(" 0 missing, 1 forgotten, "), forgets.out());
    assertEquals(0, forgets.exitCode());
    Result well = millrace("verify", root.toString(), index);
    assertTrue(well.out().startsWith("21 ok, 0 changed, 0 missing, 0 corrupt,"), well.out());
    assertEquals(0, well.exitCode());
    try (SqliteDigestStore store = SqliteDigestStore.openExisting(state)) {
      assertEquals(21, store.files());
    }
    Path sums = Files.writeString(state.resolve("sums"), "");
    Result refused = millrace("verify", root.toString(), "--sums=" + sums, "--forget-missing");
    assertEquals(2, refused.exitCode());
    assertTrue(refused.err().contains("--forget-missing needs --state"), refused.err());
  }

  /** Flips a bit as a failing disk may: size and modification time stay the same. */
  private static void corrupt(Path path) throws Exception {
    FileTime time = Files.getLastModifiedTime(path);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      int old = file.read();
      file.seek(0);
      file.write(old ^ 1);
    }
    Files.setLastModifiedTime(path, time);
  }

  @Test
  void verifyAcceptsAChecksumFile() throws Exception {
    inRoot("find -type f -print0 | xargs -0 sha256sum > ../sums && mv ../sums SHA256SUMS");
    String sums = "--sums=" + root.resolve("SHA256SUMS");
    Result well = millrace("verify", root.toString(), sums);
    assertTrue(well.out().startsWith("22 ok, 0 changed, 0 missing, 0 corrupt,"), well.out());
    assertTrue(well.out().contains(" 0 added;"), well.out());
    assertEquals(0, well.exitCode());
    corrupt(root.resolve("odd\nname\\here"));
    Files.delete(root.resolve("empty"));
    Result amiss = millrace("verify", root.toString(), sums);
    assertTrue(amiss.out().contains("changed    ./odd\\nname\\\\here\n"), amiss.out());
    assertTrue(amiss.out().contains("missing    ./empty\n"), amiss.out());
    assertEquals(1, amiss.exitCode());
    Path wrong = Files.writeString(state.resolve("wrong"), "no checksum\n");
    Result refused = millrace("verify", root.toString(), "--sums=" + wrong);
    assertEquals("millrace: " + wrong + ": line 1 is not a checksum and a name\n", refused.err());
    assertEquals(2, refused.exitCode());
  }

  /** sha256sum reads a hyphen as standard input; it escapes backslashes and line ends. */
  @Test
  void namesThatAreSpecialToTheToolsRoundTrip() throws Exception {
    Path directory = Files.createDirectory(root.resolve("names"));
    String[] names = {"-", "-c", "\\", "\n", "a\rb", "\\n", "# x"};
    for (String name : names) {
      Files.writeString(directory.resolve(name), "content of " + name);
    }
    String digest = String.join(" ", Programs.millrace("digest", "--"));
    Path ours = state.resolve("ours");
    Result written =
        inRoot("cd names && " + digest + " - -c '\\' $'\\n' $'a\\rb' '\\n' '# x' > '" + ours + "'");
    assertEquals(0, written.exitCode(), written.err());
    Result check = inRoot("cd names && sha256sum --strict -c '" + ours + "'");
    assertEquals(0, check.exitCode(), check.out() + check.err());
    assertEquals(names.length, check.out().split(": OK\n", -1).length - 1, check.out());
    Path theirs = state.resolve("theirs");
    assertEquals(0, inRoot("cd names && sha256sum -- ./* > '" + theirs + "'").exitCode());
    for (Path sums : new Path[] {ours, theirs}) {
      Result verified = millrace("verify", directory.toString(), "--sums=" + sums);
      assertTrue(verified.out().startsWith("7 ok, 0 changed, 0 missing, 0 corrupt,"), sums + "");
      assertTrue(verified.out().contains(" 0 added;"), verified.out());
    }
    Path wrong = Files.writeString(state.resolve("wrong"), "\\" + "0".repeat(64) + "  a\\tb\n");
    Result refused = millrace("verify", root.toString(), "--sums=" + wrong);
    assertEquals("millrace: " + wrong + ": line 1 is not a checksum and a name\n", refused.err());
  }

  @Test
  void theProgressBarAppearsOnTerminalsOnly() throws Exception {
    String command = String.join(" ", Programs.millrace("digest", "-r", "'" + root + "'"));
    Result watched =
        Programs.run("script", "-qec", "TERM=xterm " + command + " >/dev/null", "/dev/null");
    assertEquals(0, watched.exitCode());
    assertTrue(watched.out().contains("/s"), watched.out());
    assertEquals("", millrace("digest", "-r", root.toString()).err());
  }
}
