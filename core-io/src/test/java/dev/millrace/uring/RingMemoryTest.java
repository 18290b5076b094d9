package dev.millrace.uring;

import static dev.millrace.uring.OpenFlags.O_CREAT;
import static dev.millrace.uring.OpenFlags.O_EXCL;
import static dev.millrace.uring.OpenFlags.O_RDWR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.file.OpenHow;
import dev.millrace.sync.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operations on segments, and memory that the kernel cannot use. */
class RingMemoryTest {
  @TempDir Path directory;
  private final Completions done = new Completions(16);

  private static IoUring open() throws Exception {
    IoUring ring = IoUring.open(RingConfig.DEFAULT);
    ring.enable();
    return ring;
  }

  private int result(Ring ring) {
    assertEquals(1, ring.copyCqes(done, 1));
    return done.result(0);
  }

  @Test
  void aFileIsCreatedWrittenAndReadBySegmentsAndNamedFlags() throws Exception {
    try (IoUring ring = open();
        Arena arena = Arena.ofShared()) {
      MemorySegment path = arena.allocateFrom(directory.resolve("file").toString());
      MemorySegment how = OpenHow.of(arena, O_RDWR | O_CREAT | O_EXCL, 0640, 0);
      ring.prepOpenat2(PathFlags.AT_FDCWD, path, how, 1);
      int fd = result(ring);
      assertTrue(fd >= 0, "result " + fd);
      MemorySegment text = arena.allocateFrom("some text");
      ring.prepWrite(fd, text, 3, 2);
      assertEquals(text.byteSize(), result(ring));
      MemorySegment read = arena.allocate(100);
      ring.prepRead(fd, read, 0, 3);
      assertEquals(3 + text.byteSize(), result(ring));
      assertEquals("some text", read.getString(3));
      ring.prepClose(fd, 4);
      assertEquals(0, result(ring));
      ring.prepOpenat2(PathFlags.AT_FDCWD, path, how, 5);
      assertEquals(-Errno.EEXIST, result(ring));
    }
  }

  @Test
  void unusableMemoryIsRefusedWhenTheOperationIsPrepared() throws Exception {
    try (IoUring ring = open()) {
      assertRefused(ring);
    }
  }

  private void assertRefused(Ring ring) {
    MemorySegment heap = MemorySegment.ofArray(new byte[10]);
    IllegalArgumentException onHeap =
        assertThrows(IllegalArgumentException.class, () -> ring.prepRead(0, heap, 0, 1));
    assertTrue(onHeap.getMessage().contains("heap"), onHeap.getMessage());
    MemorySegment closed;
    try (Arena arena = Arena.ofConfined()) {
      closed = arena.allocate(10);
      MemorySegment readOnly = closed.asReadOnly();
      assertThrows(IllegalArgumentException.class, () -> ring.prepRecv(0, readOnly, 0, 1));
      ring.prepWrite(-1, readOnly, 0, 1); // only read
      assertEquals(-Errno.EBADF, result(ring));
    }
    IllegalStateException notAlive =
        assertThrows(IllegalStateException.class, () -> ring.prepSend(0, closed, 0, 1));
    assertTrue(notAlive.getMessage().contains("closed"), notAlive.getMessage());
    MemorySegment huge = MemorySegment.ofAddress(4096).reinterpret(1L << 40);
    assertThrows(IllegalArgumentException.class, () -> ring.prepWrite(0, huge, 0, 1));
    assertEquals(0, ring.queued());
  }

  @Test
  void misuseOfARingIsNamed() throws Exception {
    IoUring ring = IoUring.open(RingConfig.DEFAULT);
    ring.prepNop(1);
    assertMisuse("not enabled", ring);
    ring.enable();
    FutureTask<Object> other =
        new FutureTask<>(() -> {
          assertMisuse("only the thread that enabled the ring", ring);
          return ring;
        });
    Thread.ofPlatform().name("another").start(other);
    var _ = other.get();
    IllegalStateException twice = assertThrows(IllegalStateException.class, ring::enable);
    assertTrue(twice.getMessage().contains("enabled by this thread"), twice.getMessage());
    assertEquals(0, result(ring));
    ring.close();
    assertMisuse("closed", ring);
  }

  private static void assertMisuse(String named, Ring ring) {
    IllegalStateException misuse = assertThrows(IllegalStateException.class, ring::submit);
    assertTrue(misuse.getMessage().contains(named), misuse.getMessage());
  }
}
