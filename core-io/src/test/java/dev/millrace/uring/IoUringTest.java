package dev.millrace.uring;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.file.FileCalls;
import dev.millrace.file.OpenHow;
import dev.millrace.sync.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is beside the contract: the seed's example, and links that only a real kernel follows. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SAME_THREAD)
class IoUringTest {
  private static final int IOSQE_IO_DRAIN = 1 << 1;

  @TempDir Path directory;
  private final Completions one = new Completions(1);
  private Ring ring;

  @BeforeEach
  void open() throws RingUnavailableException {
    ring = IoUring.open(new RingConfig(8, 64, 2));
    ring.enable();
  }

  @AfterEach
  void close() {
    ring.close();
  }

  /** The result of the operation that was submitted with this user data, and nothing else. */
  private int resultOf(long userData) {
    ring.submit();
    assertEquals(1, ring.copyCqes(one, 1));
    assertEquals(userData, one.userData(0));
    return one.result(0);
  }

  @Test
  void theKernelRefusesWhatARestrictedRingMayNotDo() throws Exception {
    Files.writeString(directory.resolve("f"), "content");
    int root = FileCalls.openDirectory(directory);
    ring.close();
    RingConfig config = new RingConfig(8, 64, 2);
    ring = IoUring.open(config.restrictedTo(OpKind.NOP, OpKind.OPENAT2, OpKind.READ));
    ring.enable();
    assertEquals(Set.of(OpKind.NOP, OpKind.OPENAT2, OpKind.READ), ring.features().operations());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom("f");
      ring.prepNop(1);
      assertEquals(0, resultOf(1));
      ring.prepOpenat2(root, bytes.address(), OpenHow.READ_BENEATH.address(), 2);
      int fd = resultOf(2);
      ring.prepRead(fd, bytes.address(), 1, 0, 3);
      assertEquals(1, resultOf(3));
      assertThrows(
          UnsupportedOperationException.class,
          () -> ring.prepUnlinkat(root, bytes.address(), 0, 4));
      ring.prepNop(5);
      ring.flagLast(IOSQE_IO_DRAIN); // which the library never sets
      assertEquals(-Errno.EACCES, resultOf(5));
      MemorySegment page = arena.allocate(4096, 4096);
      RingUnavailableException refused =
          assertThrows(RingUnavailableException.class, () -> ring.registerBuffers(page));
      assertTrue(String.valueOf(refused.getMessage()).contains("EACCES"), refused.getMessage());
    }
  }

  /** The seed's "reading a file"; its getSqe is part of each prep method. */
  @Test
  void readingAFileByGetSqePrepReadSubmitCopyCqe() throws Exception {
    Files.writeString(directory.resolve("f"), "Hello, World!");
    int root = FileCalls.openDirectory(directory);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom("f");
      ring.prepOpenat2(root, path.address(), OpenHow.READ_BENEATH.address(), 1);
      int fd = resultOf(1);
      assertTrue(fd > 0, "openat2 gave " + fd);
      MemorySegment into = arena.allocate(64);
      ring.prepRead(fd, into.address(), 64, 7, 2);
      assertEquals(6, resultOf(2));
      assertArrayEquals(
          "World!".getBytes(US_ASCII), into.asSlice(0, 6).toArray(ValueLayout.JAVA_BYTE));
      ring.prepClose(fd, 3);
      assertEquals(0, resultOf(3));
    } finally {
      FileCalls.close(root);
    }
  }

  @Test
  void aPathOutOfTheRootIsRefusedByTheKernel() throws Exception {
    Path root = Files.createDirectory(directory.resolve("root"));
    Files.writeString(directory.resolve("secret"), "x");
    Files.createSymbolicLink(root.resolve("link"), directory.resolve("secret"));
    int rootFd = FileCalls.openDirectory(root);
    try (Arena arena = Arena.ofConfined()) {
      for (String out : new String[] {"../secret", "/etc/passwd", "link", "a/../../secret"}) {
        MemorySegment path = arena.allocateFrom(out);
        ring.prepOpenat2(rootFd, path.address(), OpenHow.READ_BENEATH.address(), 1);
        int result = resultOf(1);
        assertTrue(result == -Errno.EXDEV || result == -Errno.ENOENT, out + " gave " + result);
      }
    } finally {
      FileCalls.close(rootFd);
    }
  }
}
