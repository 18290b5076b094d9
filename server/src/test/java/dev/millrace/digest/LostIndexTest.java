package dev.millrace.digest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import dev.millrace.server.Await;
import dev.millrace.server.LogLines;
import dev.millrace.server.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index of digests while its file is removed, replaced, or its disk is full. */
class LostIndexTest {
  private static final Set<Algorithm> SHA_256 = Set.of(Algorithm.SHA_256);

  @TempDir Path directory;
  private final LogLines log = new LogLines("dev.millrace.digest");

  /** Its native library is unpacked to the first directory, once for this process. */
  @BeforeEach
  void loadDriver() throws Exception {
    SqliteDigestStore.open(directory.resolve("first")).close();
  }

  @AfterEach
  void close() {
    log.close();
  }

  private IndexedFile file(String name) throws Exception {
    Path path = directory.resolve(name);
    Files.writeString(path, name);
    OpenFile file = OpenFile.open(path.toString().getBytes(StandardCharsets.UTF_8));
    FileStat stat = file.stat();
    file.close();
    Digests digests = Digests.of(Map.of(Algorithm.SHA_256, new byte[32]));
    return new IndexedFile(FileVersion.of(stat), digests, null);
  }

  private static void awaitFiles(SqliteDigestStore store, long number) throws Exception {
    var _ = Await.until(store::files, files -> files == number);
  }

  @Test
  void aRemovedIndexIsMadeAgain() throws Exception {
    Path state = directory.resolve("state");
    try (SqliteDigestStore store = SqliteDigestStore.open(state)) {
      store.save(file("a"));
      awaitFiles(store, 1);
      try (var files = Files.list(state)) {
        for (Path each : files.filter(path -> path.toString().contains("digests.db")).toList()) {
          Files.delete(each);
        }
      }
      IndexedFile b = file("b");
      store.save(b);
      Await.until(() -> Files.exists(state.resolve("digests.db")));
      awaitFiles(store, 1);
      assertTrue(store.load(b.version()).hasAll(SHA_256));
    }
    try (SqliteDigestStore reader = SqliteDigestStore.openExisting(state)) {
      assertEquals(1, reader.files());
    }
    assertEquals(List.of(), log.lines());
  }

  @Test
  void afterAFullDiskTheIndexIsWrittenAgain() throws Exception {
    Path state = Files.createDirectory(directory.resolve("state"));
    mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", state.toString());
    try (SqliteDigestStore store = SqliteDigestStore.open(state)) {
      store.save(file("a"));
      awaitFiles(store, 1);
      Path filler = state.resolve("filler");
      fill(filler);
      List<IndexedFile> many = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        many.add(file("many" + i));
      }
      many.forEach(store::save);
      Await.until(() -> log.with("cannot be written") == 1);
      Files.delete(filler);
      IndexedFile b = file("b");
      store.save(b);
      Await.until(() -> store.load(b.version()).hasAll(SHA_256));
      var _ = Await.until(store::files, files -> files >= 2);
    } finally {
      var _ = Programs.run("umount", state.toString());
    }
  }

  private static void fill(Path file) throws Exception {
    try (var out = Files.newOutputStream(file)) {
      byte[] block = new byte[4096];
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      // as intended
    }
  }

  private static void mount(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(arguments));
    Programs.Result result = Programs.run(command.toArray(String[]::new));
    assertEquals(0, result.exitCode(), result.err());
  }
}
