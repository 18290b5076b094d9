package dev.millrace.sync.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sync.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CFunctionTest {
  private static final int O_RDWR_CREAT = 2 | 0x40;

  @TempDir Path folder;

  @Test
  void takesAddressesAndReturnsALong() {
    CFunction strlen = CFunction.ofLibc("strlen");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom("millrace");
      assertEquals(8, strlen.call(text.address()));
    }
    CFunction labs = CFunction.ofLibc("labs");
    assertEquals(Long.MAX_VALUE, labs.call(-Long.MAX_VALUE));
  }

  @Test
  void takesIntsOfBothSigns() {
    CFunction abs = CFunction.ofLibc("abs");
    assertEquals(7, (int) abs.call(-7));
    assertEquals(Integer.MAX_VALUE, (int) abs.call(Integer.MAX_VALUE));
  }

  @Test
  void passesArgumentsBehindAnEllipsis() throws IOException {
    CFunction open = CFunction.ofLibc("open");
    CFunction pwrite = CFunction.ofLibc("pwrite");
    CFunction close = CFunction.ofLibc("close");
    Path file = folder.resolve("file");
    try (Arena arena = Arena.ofConfined()) {
      int fd = open.intOrErrno(arena.allocateFrom(file.toString()).address(), O_RDWR_CREAT, 0400);
      assertTrue(fd >= 0, "open: " + fd);
      long beyondAnInt = (1L << 32) + 5;
      assertEquals(1, pwrite.longOrErrno(fd, arena.allocate(1).address(), 1, beyondAnInt));
      assertEquals(beyondAnInt + 1, Files.size(file));
      assertTrue(Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_READ));
      assertEquals(1, Files.getPosixFilePermissions(file).size());
      assertEquals(0, close.intOrErrno(fd));
    }
  }

  @Test
  void tellsWhyACallFailed() {
    CFunction close = CFunction.ofLibc("close");
    CFunction pread = CFunction.ofLibc("pread");
    assertEquals(-Errno.EBADF, close.intOrErrno(-1));
    assertEquals(-Errno.EBADF, pread.longOrErrno(-1, 0, 0, 0));
    assertEquals(-1, (int) close.call(-1));
  }

  @Test
  void namesASymbolThatIsMissing() {
    UnsatisfiedLinkError missing =
        assertThrows(UnsatisfiedLinkError.class, () -> CFunction.ofLibc("no_such_function"));
    assertTrue(missing.getMessage().contains("no_such_function"), missing.getMessage());
  }
}
