package dev.millrace.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.file.FileCalls;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartialFileTest {
  @TempDir Path directory;
  private Root root;
  private StagingArea area;

  @BeforeEach
  void open() throws Exception {
    Files.createDirectory(directory.resolve("in"));
    root = Root.open(directory);
    area = new StagingArea(root, "in".getBytes(), SymlinkPolicy.BENEATH);
  }

  @AfterEach
  void close() {
    root.release();
  }

  /** A forked process has the open file too, until it executes its program. */
  @Test
  void aClosedFileIsUnlockedAlthoughAForkedProcessStillHasIt() throws Exception {
    String token = PartialFile.newToken();
    List<Integer> ofTheChild = new ArrayList<>();
    try (PartialFile file = PartialFile.create(area, token, 0600, new byte[] {1})) {
      ofTheChild.add(FileCalls.duplicate(descriptor(token)));
      ErrnoException locked =
          assertThrows(ErrnoException.class, () -> PartialFile.open(area, token));
      assertEquals(Errno.EAGAIN, locked.errno());
      assertEquals(0, file.stat().sizeBytes());
    }
    try (PartialFile again = PartialFile.open(area, token)) {
      again.discard();
    }
    ofTheChild.forEach(FileCalls::close);
  }

  private static int descriptor(String token) throws IOException {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path fd : all.toList()) {
        if (Files.isSymbolicLink(fd) && Files.readSymbolicLink(fd).toString().contains(token)) {
          return Integer.parseInt(fd.getFileName().toString());
        }
      }
    }
    throw new AssertionError("no descriptor of " + token);
  }
}
