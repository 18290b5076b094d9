package dev.millrace.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResidencyTest {
  private static final int BLOCK = Residency.BLOCK_BYTES;
  private static final int STEP = 64 << 10;
  private static final int STEPS = 400;

  private final BitSet resident = new BitSet();
  private final BitSet islands = new BitSet();
  private long before;
  private int looks;

  /** What sendfile(2) would wait for. */
  private boolean isAllResident(long position, long count) {
    int first = (int) (position / STEP);
    int last = (int) Math.min(STEPS - 1, (position + count - 1) / STEP);
    return count == 0 || first >= STEPS || resident.nextClearBit(first) > last;
  }

  /**
   * As {@link PageCache#residentBytes}, of a file whose steps are in memory or not. As of the
   * kernel, a failed probe brings the beginning of its step into memory, and no more of it.
   */
  private long look(int fd, long position, long count) {
    looks++;
    assertEquals(7, fd);
    long last = position + count - 1;
    for (long at = position, next; ; at = next) {
      if (!probe(at)) {
        return Math.max(0, (at == position ? at : before) - position);
      }
      if (at == last) {
        return count;
      }
      before = at;
      next = Math.min(last, (at / STEP + 1) * STEP);
    }
  }

  private boolean probe(long at) {
    int step = (int) (at / STEP);
    boolean found = at >= (long) STEPS * STEP || resident.get(step) || islands.get(step);
    islands.set(step);
    return found;
  }

  private void drop(int from, int to) {
    resident.clear(from, to);
    islands.clear(from, to);
  }

  private Residency of(long size) {
    return new Residency(size, this::look);
  }

  @Test
  void whatWasSeenIsBelievedForAMomentAndThenLookedAtAgain() {
    resident.set(0, STEPS);
    Residency file = of(100 << 10);
    long now = 1000;
    assertEquals(100 << 10, file.residentBytes(7, 0, 100 << 10, now));
    assertEquals(1, looks);
    drop(0, STEPS);
    assertEquals(100 << 10, file.residentBytes(7, 0, 100 << 10, now + 99_999_999));
    assertEquals(50_000, file.residentBytes(7, 50_000, 50_000, now + 99_999_999));
    assertEquals(1, looks);
    now += 99_999_999 + Residency.TRUST_NANOS;
    assertEquals(0, file.residentBytes(7, 0, 100 << 10, now));
    assertTrue(looks > 1);
  }

  @Test
  void whatIsSentAllTheTimeIsLookedAtTenTimesLessOften() {
    resident.set(0, STEPS);
    Residency file = of(100 << 10);
    assertEquals(10, file.residentBytes(7, 0, 10, 0));
    drop(0, STEPS);
    long now = 0;
    while (file.residentBytes(7, 0, 10, now) == 10) {
      now += Residency.TRUST_NANOS / 2;
    }
    assertEquals(Residency.MAX_TRUST_NANOS, now);
  }

  @Test
  void aLongRunIsLookedAtLessCloselyUntilSomethingIsMissing() {
    resident.set(0, STEPS);
    resident.clear(100, 112); // up to 7 MiB
    Residency file = of(1 << 30);
    long mib = 1 << 20;
    assertEquals(4 * mib, file.residentBytes(7, 0, 4 * mib, 1));
    assertEquals(16, looks);
    assertEquals(mib - 7, file.residentBytes(7, 4 * mib + 5, mib - 7, 1));
    assertEquals(18, looks, "both ends");
    assertEquals(mib, file.residentBytes(7, 5 * mib, mib, 1));
    assertEquals(20, looks);
    assertEquals(4 * STEP, file.residentBytes(7, 6 * mib, mib, 1));
    int soFar = looks;
    assertEquals(mib, file.residentBytes(7, 7 * mib, mib, 1));
    assertEquals(soFar + 4, looks, "closely again");
    assertEquals(mib, file.residentBytes(7, 5 * mib, mib, 1));
    assertEquals(soFar + 4, looks, "what was seen is remembered");
  }

  @Test
  void nothingIsBelievedOnceItIsInDoubt() {
    resident.set(0, STEPS);
    Residency file = of(1 << 30);
    assertEquals(2 * BLOCK, file.residentBytes(7, 0, 2 * BLOCK, 1));
    drop(4, 5);
    assertEquals(2 * BLOCK, file.residentBytes(7, 0, 2 * BLOCK, 2));
    file.invalidate();
    assertEquals(BLOCK, file.residentBytes(7, 0, 2 * BLOCK, 3));
  }

  @Test
  void aBlockOfWhichAPartIsMissingIsColdAsAWholeForAMoment() {
    resident.set(0, 6); // a block and a half
    Residency file = of(1 << 30);
    assertEquals(BLOCK, file.residentBytes(7, 0, 1 << 20, 1));
    assertEquals(BLOCK - 5, file.residentBytes(7, 5, 1 << 20, 1));
    assertEquals(0, file.residentBytes(7, BLOCK, 10, 1));
    resident.set(6, STEPS);
    assertEquals(BLOCK, file.residentBytes(7, 0, 1 << 20, Residency.TRUST_NANOS));
    assertEquals(1 << 20, file.residentBytes(7, 0, 1 << 20, Residency.TRUST_NANOS + 1));
  }

  @Test
  void aProbeThatFailedIsNotRepeatedBeforeItsBlockCanHaveBeenRead() {
    Residency file = of(1 << 30);
    for (int i = 0; i < 10; i++) {
      assertEquals(0, file.residentBytes(7, 0, 1 << 20, 1 + i));
      file.invalidate();
    }
    assertEquals(1, looks, "the second probe would find what the first has brought");
  }

  @Test
  void noStretchIsCountedThatSendingWouldWaitFor() {
    Random random = new Random(3);
    Residency file = of((long) STEPS * STEP);
    long now = 0;
    long counted = 0;
    for (int i = 0; i < 20_000; i++) {
      now += Residency.TRUST_NANOS;
      int from = random.nextInt(STEPS);
      int to = Math.min(STEPS, from + random.nextInt(60));
      if (i % 3 == 0) {
        drop(from, to);
        file.invalidate();
      } else {
        resident.set(from, to); // as the ring has read it
      }
      // A stretch that was cold is read before it is probed again.
      islands.stream().filter(step -> !resident.get(step)).forEach(islands::clear);
      long position = random.nextLong((long) STEPS * STEP);
      long count = 1 + random.nextLong(4L * BLOCK);
      long n = file.residentBytes(7, position, count, now);
      counted += n;
      assertTrue(isAllResident(position, n), position + " and " + n + " more");
    }
    assertTrue(counted > 0, "something was counted");
  }

  @Test
  void blocksThatShareAPlaceAreNotTakenForEachOther() {
    resident.set(0, 4);
    Residency file = of(1 << 30);
    assertEquals(10, file.residentBytes(7, 0, 10, 1));
    assertEquals(0, file.residentBytes(7, 64L * BLOCK, 10, 1));
  }
}
