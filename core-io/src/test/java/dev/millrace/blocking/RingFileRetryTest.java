package dev.millrace.blocking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.file.FileCalls;
import dev.millrace.io.WriteFailedException;
import dev.millrace.loop.EventLoop;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.Ring;
import dev.millrace.uring.RingConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A write that fails behind a short one, and is repeated once there is room. The disk that fills up
 * is a ring that shortens writes to the room left, and gives those that find none a descriptor that
 * is not open; no small file system has to be mounted, which only root may.
 */
class RingFileRetryTest {
  private static final int ROOM_BYTES = 16 << 10;

  @TempDir Path directory;
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private final AtomicLong room = new AtomicLong();
  private final Arena arena = Arena.ofShared();
  private Path file;
  private EventLoop loop;
  private Thread thread;
  private int fd;

  @BeforeEach
  void open() throws Exception {
    file = directory.resolve("file");
    fd = FileCalls.createForWriting(file);
    loop = new EventLoop(filling(IoUring.open(new RingConfig(64, 256, 2))), failures::add);
    thread =
        Thread.ofPlatform()
            .start(() -> {
              loop.attach();
              loop.run();
              loop.close();
            });
  }

  @AfterEach
  void close() throws Exception {
    loop.stop();
    thread.join();
    FileCalls.close(fd);
    arena.close();
    assertEquals(List.of(), failures);
  }

  /** {@code ring}, whose disk has {@link #room}. */
  private Ring filling(Ring ring) {
    return (Ring)
        Proxy.newProxyInstance(
            Ring.class.getClassLoader(),
            new Class<?>[] {Ring.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("prepWrite")) {
                int length = (int) Math.min((int) arguments[2], room.get());
                room.addAndGet(-length);
                arguments[0] = length == 0 ? -1 : arguments[0];
                arguments[2] = length;
              }
              try {
                return method.invoke(ring, arguments);
              } catch (InvocationTargetException failed) {
                throw failed.getCause();
              }
            });
  }

  private void makeRoom() {
    room.set(ROOM_BYTES);
  }

  private static byte[] content(int size) {
    byte[] content = new byte[size];
    new SplittableRandom(size).nextBytes(content);
    return content;
  }

  private static void assertFull(WriteFailedException failed) {
    ErrnoException cause = assertInstanceOf(ErrnoException.class, failed.getCause());
    assertEquals(Errno.EBADF, cause.errno());
  }

  @Test
  void aRepeatedFlushGoesOnBehindWhatWasWritten() throws Exception {
    byte[] content = content(3 * ROOM_BYTES + 100);
    try (RingCaller caller = new RingCaller(loop)) {
      RingFileWriter writer = new RingFileWriter(caller, fd, arena.allocate(content.length));
      writer.writeAll(content);
      for (int round = 0; round < 4; round++) {
        assertFull(assertThrows(WriteFailedException.class, writer::flush));
        assertFull(assertThrows(WriteFailedException.class, writer::flush));
        assertEquals(round * ROOM_BYTES, Files.size(file));
        makeRoom();
      }
      writer.flush();
      assertArrayEquals(content, Files.readAllBytes(file));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4096, 10_000, 40_000, 200_000})
  void aRepeatedWriteNeitherLosesNorRepeatsBytes(int stagingBytes) throws Exception {
    byte[] content = content(stagingBytes == 1 ? ROOM_BYTES + 999 : 199_999);
    MemorySegment nativeContent = arena.allocate(content.length);
    nativeContent.copyFrom(MemorySegment.ofArray(content));
    int failed = 0;
    try (RingCaller caller = new RingCaller(loop)) {
      RingFileWriter writer = new RingFileWriter(caller, fd, arena.allocate(stagingBytes));
      for (int at = 0, calls = 0; at < content.length; calls++) {
        int length = Math.min(50_000, content.length - at);
        try {
          at +=
              calls % 2 == 0
                  ? writer.write(content, at, length)
                  : writer.write(nativeContent, at, length);
        } catch (WriteFailedException full) {
          assertFull(full);
          failed++;
          makeRoom();
        }
      }
      for (boolean flushed = false; !flushed; ) {
        try {
          writer.flush();
          flushed = true;
        } catch (WriteFailedException full) {
          assertFull(full);
          failed++;
          makeRoom();
        }
      }
    }
    assertArrayEquals(content, Files.readAllBytes(file));
    assertTrue(failed > 0, "the disk was never full");
  }

  @Test
  void stagingMemoryThatCannotWorkIsRefused() {
    MemorySegment none = arena.allocate(0);
    MemorySegment heap = MemorySegment.ofArray(new byte[8]);
    try (RingCaller caller = new RingCaller(loop)) {
      for (MemorySegment staging : List.of(none, heap)) {
        IllegalArgumentException write =
            assertThrows(
                IllegalArgumentException.class, () -> new RingFileWriter(caller, fd, staging));
        IllegalArgumentException read =
            assertThrows(
                IllegalArgumentException.class,
                () -> new RingFileReader(caller, fd, staging, new byte[4]));
        assertEquals(read.getMessage(), write.getMessage());
        assertEquals(
            "staging must be native memory of at least 1 byte: "
                + (staging.isNative() ? "native, 0 bytes" : "heap, 8 bytes"),
            read.getMessage());
      }
    }
  }
}
