package dev.millrace.uring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.file.FileCalls;
import dev.millrace.file.OpenHow;
import dev.millrace.sync.ffi.Errno;
import dev.millrace.uring.RingStats.Counter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A ring belongs to one thread, so set-up and test must run in the same one. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SAME_THREAD)
class IoUringTest {
  private record Completion(long userData, int result, int flags) {}

  @TempDir Path directory;
  private Ring ring;
  private final List<Completion> completions = new ArrayList<>();

  @BeforeEach
  void open() throws RingUnavailableException {
    ring = IoUring.open(new RingConfig(8, 64, 2));
    ring.enable();
  }

  @AfterEach
  void close() {
    ring.close();
  }

  private Completion next() {
    while (completions.isEmpty()) {
      ring.submitAndWait(1, 5_000_000_000L);
      ring.reap((data, result, flags) -> completions.add(new Completion(data, result, flags)), 64);
    }
    return completions.removeFirst();
  }

  @Test
  void aNopComesBackWithItsUserData() {
    ring.prepNop(0x1234_5678_9abc_def0L);
    assertEquals(new Completion(0x1234_5678_9abc_def0L, 0, 0), next());
  }

  @Test
  void aFullSubmissionQueueIsSubmittedAndNothingIsLost() {
    for (int i = 0; i < 40; i++) {
      ring.prepNop(i);
    }
    for (int i = 0; i < 40; i++) {
      assertEquals(i, next().userData());
    }
    assertEquals(40, ring.stats().get(Counter.SUBMITTED));
    assertTrue(ring.stats().get(Counter.SQ_FULL) >= 4, "8 entries, 40 submissions");
  }

  @Test
  void readingAFileByPrepReadSubmitAndReap() throws Exception {
    Path file = Files.writeString(directory.resolve("f"), "Hello, World!");
    int root = FileCalls.openDirectory(directory);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom("f");
      ring.prepOpenat2(root, path.address(), OpenHow.READ_BENEATH.address(), 1);
      int fd = next().result();
      assertTrue(fd > 0, "openat2 gave " + fd);
      MemorySegment into = arena.allocate(64);
      ring.prepRead(fd, into.address(), 64, 7, 2);
      assertEquals(new Completion(2, 6, 0), next());
      assertArrayEquals(
          "World!".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
          into.asSlice(0, 6).toArray(ValueLayout.JAVA_BYTE));
      ring.prepClose(fd, 3);
      assertEquals(new Completion(3, 0, 0), next());
    } finally {
      FileCalls.close(root);
      Files.delete(file);
    }
  }

  @Test
  void aPathOutOfTheRootIsRefusedByTheKernel() throws Exception {
    Path root = Files.createDirectory(directory.resolve("root"));
    Files.writeString(directory.resolve("secret"), "x");
    Files.createSymbolicLink(root.resolve("link"), directory.resolve("secret"));
    int rootFd = FileCalls.openDirectory(root);
    try (Arena arena = Arena.ofConfined()) {
      for (String out : List.of("../secret", "/etc/passwd", "link", "a/../../secret")) {
        MemorySegment path = arena.allocateFrom(out);
        ring.prepOpenat2(rootFd, path.address(), OpenHow.READ_BENEATH.address(), 1);
        int result = next().result();
        assertTrue(result == -Errno.EXDEV || result == -Errno.ENOENT, out + " gave " + result);
      }
    } finally {
      FileCalls.close(rootFd);
    }
  }

  @Test
  void aTimeoutEndsTheWait() {
    long before = System.nanoTime();
    ring.submitAndWait(1, 20_000_000L);
    assertTrue(System.nanoTime() - before >= 15_000_000L, "waited");
    assertEquals(0, ring.reap((data, result, flags) -> {}, 64));
  }

  @Test
  void anOverflowingCompletionQueueLosesNothing() {
    for (int i = 0; i < 500; i++) {
      ring.prepNop(i);
    }
    for (int i = 0; i < 500; i++) {
      assertEquals(i, next().userData());
    }
  }

  @Test
  void useAfterCloseIsRefused() {
    ring.close();
    assertThrows(IllegalStateException.class, () -> ring.prepNop(1));
  }
}
