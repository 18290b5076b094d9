package dev.millrace.file;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in memory; what is not, the server's tests with a file that is not show. */
class PageCacheTest {
  private static final int EBADF = 9;

  @TempDir Path directory;

  @Test
  void readsWhatIsInMemory() throws Exception {
    byte[] content = new byte[10_000];
    new SplittableRandom(1).nextBytes(content);
    Path path = Files.write(directory.resolve("f"), content);
    int fd = FileCalls.openForReading(path);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(20_000);
      assertEquals(4_000, PageCache.read(fd, into, 4_000, 3_000));
      assertArrayEquals(
          Arrays.copyOfRange(content, 3_000, 7_000), into.asSlice(0, 4_000).toArray(JAVA_BYTE));
      assertEquals(1_000, PageCache.read(fd, into, 20_000, 9_000), "up to the end");
      assertEquals(0, PageCache.read(fd, into, 1, 10_000));
      assertThrows(IndexOutOfBoundsException.class, () -> PageCache.read(fd, into, 20_001, 0));
    } finally {
      FileCalls.close(fd);
    }
    try (Arena arena = Arena.ofConfined()) {
      assertEquals(-EBADF, PageCache.read(-1, arena.allocate(1), 1, 0));
    }
  }
}
