package dev.millrace.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** New files without a name, and with one in the staging area as on file systems without these. */
class StagedFileTest {
  private static final byte[] NAME = "f".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path directory;
  private Root root;
  private WritableDirectory parent;
  private StagingArea area;

  @BeforeEach
  void open() throws Exception {
    Files.createDirectories(directory.resolve("in/sub"));
    root = Root.open(directory);
    parent = WritableDirectory.open(root, "in/sub".getBytes(), SymlinkPolicy.BENEATH);
    area = new StagingArea(root, "in".getBytes(), SymlinkPolicy.BENEATH);
  }

  @AfterEach
  void close() {
    parent.close();
    root.release();
  }

  private StagedFile staged(boolean named, String content) throws Exception {
    StagedFile file =
        named ? StagedFile.createNamed(area, 0644) : StagedFile.create(parent, area, 0644);
    try (Arena arena = Arena.ofConfined()) {
      file.write(arena.allocateFrom(content, StandardCharsets.US_ASCII), content.length(), 0);
    }
    return file;
  }

  private List<String> files() throws Exception {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString())
          .toList();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFileIsPublishedReplacedOrForgotten(boolean named) throws Exception {
    try (StagedFile file = staged(named, "one")) {
      assertEquals(named ? 1 : 0, files().size());
      assertEquals(0, area.sweep(0), "its writer holds the lock");
      file.publish(parent, NAME);
    }
    try (StagedFile file = staged(named, "two")) {
      ErrnoException exists = assertThrows(ErrnoException.class, () -> file.publish(parent, NAME));
      assertEquals(Errno.EEXIST, exists.errno());
    }
    assertEquals(List.of("in/sub/f"), files());
    assertEquals("one", Files.readString(directory.resolve("in/sub/f")));
    try (StagedFile file = staged(named, "three")) {
      file.replace(parent, NAME);
    }
    assertEquals(List.of("in/sub/f"), files());
    assertEquals("three", Files.readString(directory.resolve("in/sub/f")));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFileThatCannotReplaceIsRemoved(boolean named) throws Exception {
    Files.createDirectories(directory.resolve("in/sub/f/full"));
    try (StagedFile file = staged(named, "one")) {
      assertThrows(ErrnoException.class, () -> file.replace(parent, NAME));
    }
    assertEquals(List.of(), files());
  }
}
