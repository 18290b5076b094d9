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
  private int looks;

  /** As {@link PageCache#residentBytes}, of a file whose steps are in memory or not. */
  private long look(int fd, long position, long count) {
    looks++;
    assertEquals(7, fd);
    long end = position + count;
    for (long at = position; at < end; at = (at / STEP + 1) * STEP) {
      if (at < (long) STEPS * STEP && !resident.get((int) (at / STEP))) {
        return at - position;
      }
    }
    return count;
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
    resident.clear();
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
    resident.clear();
    long now = 0;
    while (file.residentBytes(7, 0, 10, now) == 10) {
      now += Residency.TRUST_NANOS / 2;
    }
    assertEquals(Residency.MOST_TRUST_NANOS, now);
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
    resident.clear(4);
    assertEquals(2 * BLOCK, file.residentBytes(7, 0, 2 * BLOCK, 2));
    file.doubt();
    assertEquals(BLOCK, file.residentBytes(7, 0, 2 * BLOCK, 3));
  }

  @Test
  void whatIsNotThereIsFoundExactlyAndNotRemembered() {
    resident.set(0, 6); // a block and a half
    Residency file = of(1 << 30);
    assertEquals(6 * STEP, file.residentBytes(7, 0, 1 << 20, 1));
    assertEquals(6 * STEP - 5, file.residentBytes(7, 5, 1 << 20, 1));
    assertEquals(0, file.residentBytes(7, 6 * STEP, 10, 1));
    resident.set(6, STEPS);
    assertEquals(1 << 20, file.residentBytes(7, 0, 1 << 20, 2)); // at once
  }

  @Test
  void aStretchInABlockThatIsNotAllThereIsFoundToo() {
    resident.set(3);
    assertEquals(STEP, of(1 << 30).residentBytes(7, 3 * STEP, STEP, 1));
    assertEquals(10, of(1 << 30).residentBytes(7, 3 * STEP + 20, 10, 1));
  }

  @Test
  void withoutTrustItSaysWhatTheKernelSays() {
    Random random = new Random(3);
    Residency file = of((long) STEPS * STEP);
    long now = 0;
    for (int i = 0; i < 20_000; i++) {
      now += Residency.TRUST_NANOS;
      file.doubt();
      resident.flip(random.nextInt(STEPS), STEPS);
      long position = random.nextLong((long) STEPS * STEP);
      long count = 1 + random.nextLong(4L * BLOCK);
      assertEquals(look(7, position, count), file.residentBytes(7, position, count, now));
    }
  }

  @Test
  void blocksThatShareAPlaceAreNotTakenForEachOther() {
    resident.set(0, 4);
    Residency file = of(1 << 30);
    assertEquals(10, file.residentBytes(7, 0, 10, 1));
    assertEquals(0, file.residentBytes(7, 64L * BLOCK, 10, 1));
  }
}
