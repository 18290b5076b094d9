package dev.millrace.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sync.Errno;
import dev.millrace.uring.RingStats.Counter;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Queues, chains, time, waking: what needs neither files nor sockets. */
abstract class RingQueueContract extends RingContract {
  @Test
  void aNopComesBackWithItsUserData() {
    ring.prepNop(0x1234_5678_9abc_def0L);
    assertEquals(1, ring.queued());
    assertEquals(new Completion(0, 0), await(0x1234_5678_9abc_def0L));
    assertEquals(0, ring.queued());
  }

  @Test
  void aFullSubmissionQueueIsSubmittedAndNothingIsLost() {
    for (int i = 0; i < 40; i++) {
      ring.prepNop(i);
    }
    for (int i = 0; i < 40; i++) {
      assertEquals(0, await(i).result());
    }
    assertEquals(40, ring.stats().get(Counter.SUBMITTED));
    assertEquals(40, ring.stats().get(Counter.COMPLETED));
    assertTrue(ring.stats().get(Counter.SQ_FULL) >= 4, "8 entries, 40 submissions");
  }

  @Test
  void anOverflowingCompletionQueueLosesNothing() {
    for (int i = 0; i < 500; i++) {
      ring.prepNop(i);
    }
    ring.submitAndWait(0, 0);
    assertTrue(ring.stats().get(Counter.CQ_OVERFLOW) > 0, "64 entries, 500 completions");
    for (int i = 0; i < 500; i++) {
      assertEquals(0, await(i).result());
    }
  }

  @Test
  void atMostAsManyAreTakenAsWereAskedFor() {
    for (int i = 0; i < 6; i++) {
      ring.prepNop(i);
    }
    ring.submitAndWait(6, 1_000_000_000L);
    int[] count = new int[1];
    assertEquals(4, ring.reap((data, result, flags) -> count[0]++, 4));
    assertEquals(2, ring.reap((data, result, flags) -> count[0]++, 4));
    assertEquals(6, count[0]);
  }

  @Test
  void completionsAreCopiedInBulk() {
    Completions into = new Completions(64);
    assertEquals(0, ring.copyCqes(into, 0), "nothing there, and no wait asked for");
    Set<Long> seen = new HashSet<>();
    // More than the queue holds, so that a copy has to go round its end.
    for (int sent = 0; sent < 300; sent += 30) {
      for (int i = 0; i < 30; i++) {
        ring.prepNop(sent + i);
      }
      for (int taken = 0; taken < 30; ) {
        int copied = ring.copyCqes(into, 30 - taken);
        assertEquals(copied, into.count());
        for (int i = 0; i < copied; i++) {
          assertEquals(0, into.result(i));
          assertEquals(0, into.flags(i));
          assertTrue(seen.add(into.userData(i)), "copied twice: " + into.userData(i));
        }
        taken += copied;
      }
    }
    assertEquals(300, seen.size());
    assertEquals(300, ring.stats().get(Counter.COMPLETED));
    assertEquals(0, ring.copyCqes(into, 0));
  }

  @Test
  void aCopyTakesNoMoreThanFits() {
    for (int i = 0; i < 6; i++) {
      ring.prepNop(i);
    }
    ring.submitAndWait(6, 1_000_000_000L);
    Completions into = new Completions(4);
    assertEquals(4, ring.copyCqes(into, 0));
    assertEquals(2, ring.copyCqes(into, 100));
    assertThrows(IndexOutOfBoundsException.class, () -> into.userData(2));
    assertThrows(IllegalArgumentException.class, () -> new Completions(0));
  }

  @Test
  void aCopyWaitsForNoMoreThanFits() {
    for (int i = 0; i < 3; i++) {
      ring.prepNop(i);
    }
    Completions into = new Completions(2);
    int copied = 0;
    while (copied < 3) {
      copied += ring.copyCqes(into, copied == 0 ? 100 : 1);
    }
    assertEquals(3, copied);
    assertEquals(3, ring.stats().get(Counter.COMPLETED));
  }

  @Test
  void theEndOfAWaitIsKept() {
    long before = ring.nanoTime();
    ring.submitAndWait(1, 20_000_000L);
    assertTrue(ring.nanoTime() - before >= 15_000_000L, "waited");
    assertEquals(0, ring.reap((data, result, flags) -> {}, 64));
  }

  @Test
  void aTimeoutExpiresAndCanBeCancelled() {
    long expires = data();
    long before = ring.nanoTime();
    ring.prepTimeout(15_000_000L, expires);
    assertEquals(-Errno.ETIME, await(expires).result());
    assertTrue(ring.nanoTime() - before >= 15_000_000L, "waited");
    long cancelled = data();
    ring.prepTimeout(60_000_000_000L, cancelled);
    ring.submitAndWait(0, 0);
    long cancel = data();
    ring.prepCancel(cancelled, cancel);
    assertEquals(0, await(cancel).result());
    assertEquals(-Errno.ECANCELED, await(cancelled).result());
  }

  @Test
  void cancellingWhatIsNotThereIsToldSo() {
    long cancel = data();
    ring.prepCancel(424242, cancel);
    assertEquals(-Errno.ENOENT, await(cancel).result());
  }

  @Test
  void allCanBeCancelledAtOnce() {
    long one = data();
    long other = data();
    long cancel = data();
    ring.prepTimeout(60_000_000_000L, one);
    ring.prepTimeout(60_000_000_000L, other);
    ring.submitAndWait(0, 0);
    ring.prepCancelAll(cancel);
    assertEquals(2, await(cancel).result());
    assertEquals(-Errno.ECANCELED, await(one).result());
    assertEquals(-Errno.ECANCELED, await(other).result());
  }

  @Test
  void aChainStopsAtItsFirstFailureUnlessToldToGoOn() {
    long fails = data();
    long after = data();
    long last = data();
    ring.reserve(3);
    ring.prepClose(-5, fails);
    ring.linkNext();
    ring.prepNop(after);
    ring.linkNext();
    ring.prepNop(last);
    assertEquals(-Errno.EBADF, await(fails).result());
    assertEquals(-Errno.ECANCELED, await(after).result());
    assertEquals(-Errno.ECANCELED, await(last).result());
    ring.prepClose(-5, fails);
    ring.linkNextAlways();
    ring.prepNop(after);
    assertEquals(-Errno.EBADF, await(fails).result());
    assertEquals(0, await(after).result());
  }

  @Test
  void roomForAChainIsMadeInAdvance() {
    for (int i = 0; i < 6; i++) {
      ring.prepNop(data());
    }
    ring.reserve(2);
    assertEquals(6, ring.queued(), "two of eight are free");
    ring.reserve(3);
    assertEquals(0, ring.queued(), "submitted, so that the chain is not cut");
    assertThrows(IllegalArgumentException.class, () -> ring.reserve(9));
  }

  @Test
  void aSuccessIsSilentIfAskedAndAFailureIsNot() {
    long silent = data();
    long failing = data();
    ring.prepNop(silent);
    ring.skipSuccess();
    ring.prepClose(-5, failing);
    ring.skipSuccess();
    assertEquals(-Errno.EBADF, await(failing).result());
    assertEquals(0, pending(silent));
  }

  @Test
  void whatIsForcedIntoAWorkerCompletesToo() {
    long data = data();
    ring.prepFsync(-5, false, data);
    ring.forceAsync();
    assertEquals(-Errno.EBADF, await(data).result());
  }

  @Test
  void aFutexWaitComparesAndIsWoken() {
    MemorySegment word = arena.allocate(4, 4);
    long mismatch = data();
    ring.prepFutexWait(word, 7, mismatch);
    assertEquals(-Errno.EAGAIN, await(mismatch).result());
    long waits = data();
    ring.prepFutexWait(word, 0, waits);
    assertEquals(0, pending(waits), "the word holds what was expected");
    long wakes = data();
    ring.prepFutexWake(word, 1, wakes);
    assertEquals(1, await(wakes).result());
    assertEquals(0, await(waits).result());
  }

  @Test
  void aMessageReachesAnotherRing() throws Exception {
    Ring other = world.another();
    long sent = data();
    long there = data();
    ring.prepMessage(other.descriptor(), 77, there, sent);
    assertEquals(0, await(sent).result());
    assertEquals(77, await(other, there).result());
    other.close();
    long lost = data();
    ring.prepMessage(-5, 77, there, lost);
    assertEquals(-Errno.EBADF, await(lost).result());
  }

  @Test
  void aLinkTimeoutNeedsSomethingToBound() {
    long data = data();
    ring.prepLinkTimeout(1_000, data);
    assertEquals(-Errno.EINVAL, await(data).result());
  }

  @Test
  void useAfterCloseIsRefused() {
    ring.close();
    ring.close();
    assertThrows(IllegalStateException.class, () -> ring.prepNop(1));
    assertThrows(IllegalStateException.class, () -> ring.submitAndWait(0, 0));
    assertThrows(IllegalStateException.class, () -> ring.reap((data, result, flags) -> {}, 1));
    assertThrows(IllegalStateException.class, () -> ring.copyCqes(new Completions(1), 0));
    assertThrows(IllegalStateException.class, () -> ring.provideBuffers(4, 64, 1));
  }

  @Test
  void theFirstKernelSupportedHasAllButTheFutexes() {
    for (OpKind kind : OpKind.values()) {
      assertEquals(
          !kind.name().startsWith("FUTEX"), kind.since().equals("6.1"), kind + ": " + kind.since());
    }
    Features old = ring.features().without(OpKind.FUTEX_WAIT);
    assertFalse(old.supports(OpKind.FUTEX_WAIT));
    assertTrue(old.supports(OpKind.NOP));
  }
}
