package dev.millrace.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.uring.ErrnoException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of directories, and the removal of directories, in the staging area. */
class TreeCopyTest {
  @TempDir Path directory;
  private Root root;
  private StagingArea area;

  @BeforeEach
  void open() throws Exception {
    root = Root.open(directory);
    area = new StagingArea(root, bytes("."), SymlinkPolicy.BENEATH);
    Files.createDirectories(directory.resolve("from/a/b"));
    Files.writeString(directory.resolve("from/f"), "f");
    Files.writeString(directory.resolve("from/a/b/g"), "g");
    Files.writeString(directory.resolve("from/.hidden"), "h");
    Files.createSymbolicLink(directory.resolve("from/link"), Path.of("f"));
    Files.createDirectory(directory.resolve("from/" + StagingArea.NAME));
  }

  @AfterEach
  void close() {
    root.release();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private TreeCopy copy(boolean deep, int maxEntries, List<String> copied) throws Exception {
    TreeCopy.Options options =
        new TreeCopy.Options(
            SymlinkPolicy.BENEATH, false, 0640, true, "user.millrace.properties", maxEntries);
    return TreeCopy.of(
        root,
        bytes("from"),
        area,
        deep,
        options,
        (from, to) -> copied.add(from.stat().sizeBytes() + "=" + to.sizeBytes()));
  }

  private List<String> names(String below) throws Exception {
    Path top = directory.resolve(below);
    try (Stream<Path> all = Files.walk(top)) {
      return all.filter(path -> !path.equals(top))
          .map(path -> top.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void aCopyAppearsWhole() throws Exception {
    List<String> copied = new ArrayList<>();
    try (WritableDirectory here = WritableDirectory.open(root, bytes("."), SymlinkPolicy.NONE)) {
      try (TreeCopy copy = copy(true, 4, copied)) {
        copy.publish(here, bytes("to"));
      }
      assertEquals(List.of("a", "a/b", "a/b/g", "f"), names("to"));
      assertEquals(List.of("1=1", "1=1"), copied);
      assertEquals("g", Files.readString(directory.resolve("to/a/b/g")));
      try (TreeCopy copy = copy(false, 4, copied)) {
        copy.replace(here, bytes("to"));
      }
      assertEquals(List.of(), names("to"));
      Files.writeString(directory.resolve("file"), "x");
      try (TreeCopy copy = copy(true, 4, copied)) {
        assertThrows(ErrnoException.class, () -> copy.publish(here, bytes("to")));
        copy.replace(here, bytes("file"));
      }
      assertEquals(List.of("a", "a/b", "a/b/g", "f"), names("file"));
      assertEquals(List.of(), names(StagingArea.NAME));
    }
  }

  @Test
  void aTreeWithTooManyEntriesIsNotCopied() throws Exception {
    assertThrows(TreeCopy.TooLargeException.class, () -> copy(true, 3, new ArrayList<>()));
    assertEquals(List.of(), names(StagingArea.NAME));
  }

  @Test
  void aTreeThatAnotherProcessCopiesIsNotSwept() throws Exception {
    try (TreeCopy copy = copy(true, 10, new ArrayList<>())) {
      assertEquals(0, area.sweep(0));
      Files.createDirectories(directory.resolve(StagingArea.NAME + "/killed/with/entries"));
      assertEquals(1, area.sweep(0));
      assertEquals(5, names(StagingArea.NAME).size(), copy.toString());
    }
    assertEquals(List.of(), names(StagingArea.NAME));
  }

  @Test
  void aDirectoryIsTakenAtOnceAndRemovedLater() throws Exception {
    try (WritableDirectory here = WritableDirectory.open(root, bytes("."), SymlinkPolicy.NONE)) {
      byte[] taken = area.take(here, bytes("from"));
      assertEquals(
          List.of(StagingArea.NAME), names("").stream().filter(n -> !n.contains("/")).toList());
      area.remove(taken);
      assertEquals(List.of(), names(StagingArea.NAME));
      area.remove(taken); // another process may have swept it
    }
  }
}
