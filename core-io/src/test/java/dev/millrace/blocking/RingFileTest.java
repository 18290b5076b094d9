package dev.millrace.blocking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.file.FileCalls;
import dev.millrace.io.ReadFailedException;
import dev.millrace.io.WriteFailedException;
import dev.millrace.loop.EventLoop;
import dev.millrace.uring.ErrnoException;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.RingConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RingFileTest {
  private static final int STAGING_BYTES = 4096;

  @TempDir Path directory;
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private EventLoop loop;
  private Thread thread;

  @BeforeEach
  void startLoop() throws Exception {
    loop = new EventLoop(IoUring.open(new RingConfig(64, 256, 2)), failures::add);
    thread =
        Thread.ofPlatform()
            .start(() -> {
              loop.attach();
              loop.run();
              loop.close();
            });
  }

  @AfterEach
  void stopLoop() throws Exception {
    loop.stop();
    thread.join();
    assertEquals(List.of(), failures);
  }

  private void copy(Path from, Path to) {
    try (Arena arena = Arena.ofShared();
        RingCaller caller = new RingCaller(loop)) {
      int in = FileCalls.openForReading(from);
      int out = FileCalls.createForWriting(to);
      RingFileReader reader =
          new RingFileReader(caller, in, arena.allocate(STAGING_BYTES), new byte[100]);
      RingFileWriter writer = new RingFileWriter(caller, out, arena.allocate(STAGING_BYTES));
      reader.streamRemaining(writer);
      writer.flush();
      FileCalls.close(in);
      FileCalls.close(out);
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void copiesComeOutEqualOnEitherKindOfThread(boolean virtual) throws Exception {
    List<Throwable> wrong = Collections.synchronizedList(new ArrayList<>());
    List<Thread> copiers = new ArrayList<>();
    int[] sizes = {0, 1, 4095, 4096, 4097, 100_000, 1_000_003};
    for (int copy = 0; copy < 4; copy++) {
      for (int size : sizes) {
        byte[] content = new byte[size];
        new SplittableRandom(size).nextBytes(content);
        Path from = Files.write(directory.resolve("from" + copy + "-" + size), content);
        Path to = directory.resolve("to" + copy + "-" + size);
        Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
        copiers.add(
            builder.start(() -> {
              try {
                copy(from, to);
                assertArrayEquals(content, Files.readAllBytes(to));
              } catch (Throwable failure) {
                wrong.add(failure);
              }
            }));
      }
    }
    for (Thread copier : copiers) {
      copier.join();
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void errorsCarryTheCallAndItsNumber() throws Exception {
    try (Arena arena = Arena.ofShared();
        RingCaller caller = new RingCaller(loop)) {
      MemorySegment staging = arena.allocate(16);
      RingFileReader reader = new RingFileReader(caller, 9_999, staging, new byte[4]);
      ReadFailedException read = assertThrows(ReadFailedException.class, reader::takeByte);
      assertInstanceOf(ErrnoException.class, read.getCause());
      assertEquals("read: EBADF (9, Bad file descriptor)", read.getCause().getMessage());
      RingFileWriter writer = new RingFileWriter(caller, 9_999, staging);
      writer.writeByte('x');
      WriteFailedException write = assertThrows(WriteFailedException.class, writer::flush);
      assertEquals("write: EBADF (9, Bad file descriptor)", write.getCause().getMessage());
    }
  }

  @Test
  void theLoopsOwnThreadIsRefused() throws Exception {
    List<String> messages = Collections.synchronizedList(new ArrayList<>());
    try (RingCaller caller = new RingCaller(loop)) {
      loop.post(
          () -> messages.add(assertThrows(IllegalStateException.class, caller::nop).getMessage()));
      assertEquals(0, caller.nop());
    }
    assertEquals(List.of("the loop thread must not block on itself"), messages);
  }
}
