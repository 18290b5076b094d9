package dev.millrace.blocking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.file.FileCalls;
import dev.millrace.io.ReadFailedException;
import dev.millrace.io.WriteFailedException;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopClosedException;
import dev.millrace.loop.LoopWait;
import dev.millrace.sync.ffi.CFunction;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads that wait for a loop when it closes, and after. */
class LoopClosedTest {
  private static final CFunction PIPE = CFunction.ofLibc("pipe");
  private static final CFunction WRITE = CFunction.ofLibc("write");
  private static final CFunction READ = CFunction.ofLibc("read");

  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());

  private EventLoop loop() throws Exception {
    return new EventLoop(IoUring.open(new RingConfig(64, 256, 2)), failures::add);
  }

  private static Thread run(EventLoop loop) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            loop.attach();
            loop.run();
          } finally {
            loop.close();
          }
        });
  }

  @Test
  void aCallOfAClosedLoopFails() throws Exception {
    EventLoop loop = loop();
    Thread thread = run(loop);
    try (Arena arena = Arena.ofShared();
        RingCaller caller = new RingCaller(loop)) {
      assertEquals(0, caller.nop());
      loop.stop();
      thread.join();
      LoopClosedException closed = assertThrows(LoopClosedException.class, caller::nop);
      assertEquals("the loop has closed", closed.getMessage());
      assertThrows(LoopClosedException.class, () -> new RingCaller(loop).nop());
      MemorySegment staging = arena.allocate(16);
      RingFileReader reader = new RingFileReader(caller, 0, staging, new byte[4]);
      assertInstanceOf(
          LoopClosedException.class,
          assertThrows(ReadFailedException.class, reader::takeByte).getCause());
      RingFileWriter writer = new RingFileWriter(caller, 0, staging);
      writer.writeByte(1);
      assertInstanceOf(
          LoopClosedException.class,
          assertThrows(WriteFailedException.class, writer::flush).getCause());
    }
    assertEquals(List.of(), failures);
  }

  /** The call is posted, and the loop closes without another turn. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCallThatTheLoopNeverTookUpFails(boolean attached) throws Exception {
    EventLoop loop = loop();
    if (attached) {
      loop.attach();
    }
    List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              try {
                new RingCaller(loop).nop();
              } catch (LoopClosedException closed) {
                thrown.add(closed);
              }
            });
    while (loop.postedTasks() == 0) {
      Thread.onSpinWait();
    }
    loop.close();
    caller.join();
    assertEquals(1, thrown.size());
  }

  /** The read is cancelled before the call ends: its memory belongs to the caller again. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCallInFlightIsCancelledAndJoined(boolean virtual) throws Exception {
    EventLoop loop = loop();
    Thread thread = run(loop);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
      assertEquals(0, PIPE.intOrErrno(ends.address()));
      int readEnd = ends.getAtIndex(ValueLayout.JAVA_INT, 0);
      int writeEnd = ends.getAtIndex(ValueLayout.JAVA_INT, 1);
      MemorySegment memory = arena.allocate(8);
      List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
      Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        callers.add(
            builder.start(() -> {
              try {
                new RingCaller(loop).read(readEnd, memory, 0);
              } catch (LoopClosedException closed) {
                thrown.add(closed);
              }
            }));
      }
      while (loop.stats().inFlight(OpKind.READ) < 3) {
        Thread.onSpinWait();
      }
      loop.stop();
      for (Thread caller : callers) {
        caller.join();
      }
      thread.join();
      assertEquals(3, thrown.size());
      MemorySegment byteOne = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 1);
      assertEquals(1, WRITE.longOrErrno(writeEnd, byteOne.address(), 1));
      MemorySegment left = arena.allocate(1);
      assertEquals(1, READ.longOrErrno(readEnd, left.address(), 1), "nobody else has read it");
      assertEquals(0, memory.get(ValueLayout.JAVA_LONG, 0));
      FileCalls.close(readEnd);
      FileCalls.close(writeEnd);
    }
    assertEquals(List.of(), failures);
  }

  /** Whenever the loop closes, every caller ends. */
  @Test
  void noCallerIsLeftBehind() throws Exception {
    for (int round = 0; round < 50; round++) {
      EventLoop loop = loop();
      Thread thread = run(loop);
      List<Thread> callers = new ArrayList<>();
      List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
      for (int i = 0; i < 4; i++) {
        Thread.Builder builder = i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
        callers.add(
            builder.start(() -> {
              RingCaller caller = new RingCaller(loop);
              try {
                while (caller.nop() == 0) {
                  Thread.onSpinWait();
                }
              } catch (LoopClosedException closed) {
                thrown.add(closed);
              }
            }));
      }
      while (loop.stats().tasks() < 20 + round) {
        Thread.onSpinWait();
      }
      loop.stop();
      thread.join();
      for (Thread caller : callers) {
        caller.join();
      }
      assertEquals(4, thrown.size());
    }
    assertEquals(List.of(), failures);
  }

  @Test
  void aWaitMayHaveALimitAndIsNotForTheLoopsOwnThread() throws Exception {
    EventLoop loop = loop();
    LoopWait wait = new LoopWait(loop);
    assertFalse(wait.timedAwait(Duration.ofMillis(1)));
    wait.happened();
    assertTrue(wait.timedAwait(Duration.ofMillis(1)));
    wait.await();
    wait.reset();
    loop.attach();
    assertThrows(IllegalStateException.class, wait::await);
    loop.close();
    List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    Thread.ofPlatform()
        .start(() -> {
          try {
            wait.timedAwait(Duration.ofDays(1));
          } catch (LoopClosedException closed) {
            thrown.add(closed);
          }
        })
        .join();
    assertEquals(1, thrown.size());
  }
}
