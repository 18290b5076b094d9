package dev.millrace.uring.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sync.Errno;
import dev.millrace.uring.BufferRing;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import dev.millrace.uring.RingConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the simulation adds to the contract: faults on demand, and catching misuse. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SAME_THREAD)
class SimulatedRingTest {
  private record Completion(long userData, int result, int flags) {}

  private final Arena arena = Arena.ofShared();

  @AfterEach
  void free() {
    arena.close();
  }

  private static SimulatedRing open(Faults faults, long seed) {
    SimulatedRing ring = new SimulatedRing(new RingConfig(8, 64, 1), faults, seed);
    ring.enable();
    return ring;
  }

  private static List<Completion> take(SimulatedRing ring, int count) {
    List<Completion> taken = new ArrayList<>();
    while (taken.size() < count) {
      ring.submitAndWait(1, -1);
      ring.reap((data, result, flags) -> taken.add(new Completion(data, result, flags)), 64);
    }
    return taken;
  }

  private int openForReading(SimulatedRing ring, String name) {
    MemorySegment how = arena.allocate(24, 8);
    ring.prepOpenat2(
        ring.files().directory(), arena.allocateFrom(name).address(), how.address(), 1);
    return take(ring, 1).getFirst().result();
  }

  @Test
  void completionsComeInManyOrders() {
    Set<List<Long>> orders = new HashSet<>();
    for (long seed = 0; seed < 200; seed++) {
      try (SimulatedRing ring = open(Faults.UNRULY, seed)) {
        for (long i = 0; i < 3; i++) {
          ring.prepNop(i);
        }
        orders.add(take(ring, 3).stream().map(Completion::userData).toList());
      }
    }
    assertEquals(6, orders.size(), "every order of three");
  }

  @Test
  void anyErrorCanBeAskedFor() {
    try (SimulatedRing ring = open(Faults.NONE, 1)) {
      ring.files().write("f", new byte[10]);
      int fd = openForReading(ring, "f");
      ring.failNext(OpKind.READ, Errno.ESTALE);
      MemorySegment into = arena.allocate(10);
      ring.prepRead(fd, into.address(), 10, 0, 2);
      assertEquals(-Errno.ESTALE, take(ring, 1).getFirst().result());
      ring.prepRead(fd, into.address(), 10, 0, 2);
      assertEquals(10, take(ring, 1).getFirst().result());
    }
  }

  @Test
  void readsAreShortMoreOftenThanNot() {
    Set<Integer> lengths = new HashSet<>();
    for (long seed = 0; seed < 500; seed++) {
      try (SimulatedRing ring = open(Faults.UNRULY, seed)) {
        ring.files().write("f", new byte[10]);
        int fd = openForReading(ring, "f");
        ring.prepRead(fd, arena.allocate(10).address(), 10, 0, 2);
        lengths.add(take(ring, 1).getFirst().result());
      }
    }
    assertEquals(Set.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), lengths);
  }

  @Test
  void aCancelLosesItsRaceNowAndThen() {
    Set<Integer> results = new HashSet<>();
    for (long seed = 0; seed < 500; seed++) {
      try (SimulatedRing ring = open(Faults.UNRULY, seed)) {
        ring.files().write("f", new byte[10]);
        int fd = openForReading(ring, "f");
        ring.prepRead(fd, arena.allocate(10).address(), 10, 0, 2);
        ring.prepCancel(2, 3);
        for (Completion completion : take(ring, 2)) {
          if (completion.userData() == 3) {
            results.add(completion.result());
          }
        }
        assertEquals(0, ring.inFlight());
      }
    }
    assertEquals(Set.of(0, -Errno.EALREADY, -Errno.ENOENT), results);
  }

  @Test
  void nothingIsWrittenBeforeItsCompletionAndRubbishStandsThereMeanwhile() {
    try (SimulatedRing ring = open(Faults.NONE, 1)) {
      int[] pair = ring.network().pair();
      MemorySegment into = arena.allocate(4);
      ring.prepRecv(pair[0], into.address(), 4, 0, 2);
      ring.submitAndWait(0, 0);
      assertEquals(MemoryGuard.PATTERN, into.get(JAVA_BYTE, 0));
      ring.network().of(pair[1]).send(new byte[] {1, 2, 3, 4}, 0, 4);
      assertEquals(4, take(ring, 1).getFirst().result());
      assertEquals(1, into.get(JAVA_BYTE, 0));
    }
  }

  @Test
  void writingToMemoryInFlightIsCaught() {
    try (SimulatedRing ring = open(Faults.NONE, 1)) {
      int[] pair = ring.network().pair();
      MemorySegment into = arena.allocate(4);
      ring.prepRecv(pair[0], into.address(), 4, 0, 2);
      ring.submitAndWait(0, 0);
      into.set(JAVA_BYTE, 2, (byte) 7);
      ring.network().of(pair[1]).send(new byte[4], 0, 4);
      assertThrows(MisuseError.class, () -> take(ring, 1));
    }
  }

  @Test
  void changingWhatIsBeingSentIsCaught() {
    try (SimulatedRing ring = open(Faults.UNRULY, 1)) {
      int[] pair = ring.network().pair();
      MemorySegment out = arena.allocate(4);
      ring.prepSendZeroCopy(pair[0], out.address(), 4, 0, 2);
      Completion sent = take(ring, 1).getFirst();
      assertTrue(Ring.hasMore(sent.flags()));
      out.set(JAVA_BYTE, 0, (byte) 7); // sent, but not yet let go
      assertThrows(MisuseError.class, () -> take(ring, 1));
    }
  }

  @Test
  void oneBufferForTwoReadsIsCaught() {
    try (SimulatedRing ring = open(Faults.NONE, 1)) {
      ring.files().write("f", new byte[10]);
      int fd = openForReading(ring, "f");
      MemorySegment into = arena.allocate(10);
      ring.prepRead(fd, into.address(), 6, 0, 2);
      ring.prepRead(fd, into.address() + 5, 5, 5, 3);
      assertThrows(MisuseError.class, () -> ring.submitAndWait(0, 0));
    }
  }

  @Test
  void releasingMemoryInFlightAndUsingReleasedMemoryAreCaught() {
    try (SimulatedRing ring = open(Faults.NONE, 1)) {
      int[] pair = ring.network().pair();
      MemorySegment into = arena.allocate(4);
      ring.prepRecv(pair[0], into.address(), 4, 0, 2);
      ring.submitAndWait(0, 0);
      assertThrows(MisuseError.class, () -> ring.release(into));
      MemorySegment other = arena.allocate(4);
      ring.release(other);
      ring.prepSend(pair[0], other.address(), 4, 0, 3);
      assertThrows(MisuseError.class, () -> ring.submitAndWait(0, 0));
      ring.reuse(other);
      ring.prepSend(pair[0], other.address(), 4, 0, 4);
      ring.submitAndWait(0, 0);
    }
  }

  @Test
  void touchingABufferAfterGivingItBackIsCaught() {
    try (SimulatedRing ring = open(Faults.NONE, 1)) {
      int[] pair = ring.network().pair();
      BufferRing buffers = ring.provideBuffers(1, 4, 1);
      ring.prepRecvMultishot(pair[0], 1, 2);
      ring.submitAndWait(0, 0);
      buffers.memory().set(JAVA_BYTE, 0, (byte) 7);
      ring.network().of(pair[1]).send(new byte[4], 0, 4);
      assertThrows(MisuseError.class, () -> take(ring, 1));
    }
  }

  @Test
  void aSleepThatNothingEndsIsCaught() {
    try (SimulatedRing ring = open(Faults.NONE, 1)) {
      assertThrows(MisuseError.class, () -> ring.submitAndWait(1, -1));
    }
  }

  @Test
  void aLostWakeupIsRecoveredLate() {
    Faults lossy = new Faults(0, 0, 0, 1, 0, 0, 1000);
    try (SimulatedRing ring = open(lossy, 1)) {
      MemorySegment word = arena.allocate(4, 4);
      ring.prepFutexWait(word, 0, 2);
      ring.schedule(10_000, () -> word.set(JAVA_INT, 0, 1));
      long before = ring.nanoTime();
      assertEquals(0, take(ring, 1).getFirst().result());
      assertTrue(ring.nanoTime() - before >= Faults.LOST_NANOS);
    }
  }

  @Test
  void anOperationThatTheKernelLacksIsRefusedByName() {
    SimulatedRing old =
        new SimulatedRing(
            new RingConfig(8, 64, 1), Faults.NONE, 1, OpKind.FUTEX_WAIT, OpKind.SEND_ZC);
    old.enable();
    assertFalse(old.features().supports(OpKind.FUTEX_WAIT));
    MemorySegment word = arena.allocate(4, 4);
    UnsupportedOperationException refused =
        assertThrows(UnsupportedOperationException.class, () -> old.prepFutexWait(word, 0, 1));
    assertTrue(
        refused
            .getMessage()
            .matches("IORING_OP_FUTEX_WAIT is not available on Linux .*; it requires Linux 6.7 .*"),
        refused.getMessage());
    assertEquals(0, old.queued(), "nothing was prepared");
    old.close();
  }

  @Test
  void anotherThreadIsRefused() throws Exception {
    try (SimulatedRing ring = open(Faults.NONE, 1)) {
      List<Throwable> refused = new ArrayList<>();
      Thread other =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  ring.submitAndWait(0, 0);
                } catch (IllegalStateException expected) {
                  refused.add(expected);
                }
              });
      other.join();
      assertEquals(1, refused.size());
    }
  }
}
