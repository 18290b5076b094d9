package dev.millrace.sync;

import static dev.millrace.sync.MemoryOrder.ACQUIRE;
import static dev.millrace.sync.MemoryOrder.ACQ_REL;
import static dev.millrace.sync.MemoryOrder.MONOTONIC;
import static dev.millrace.sync.MemoryOrder.RELEASE;
import static dev.millrace.sync.MemoryOrder.SEQ_CST;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AtomicWordTest {
  @ParameterizedTest
  @EnumSource
  void everyReadModifyWriteReturnsTheValueBefore(MemoryOrder order) {
    AtomicWord word = new AtomicWord(0b1100);
    assertEquals(0b1100, word.swap(0b1010, order));
    assertEquals(0b1010, word.fetchAdd(2, order));
    assertEquals(0b1100, word.fetchSub(1, order));
    assertEquals(0b1011, word.fetchAnd(0b0110, order));
    assertEquals(0b0010, word.fetchOr(0b1000, order));
    assertEquals(0b1010, word.fetchXor(0b0011, order));
    assertEquals(0b1001, word.fetchNand(0b0001, order));
    assertEquals(~0b0001, word.fetchMin(5, order));
    assertEquals(5, word.fetchMax(-1, order));
    assertEquals(-1, word.load(SEQ_CST));
    assertEquals("4294967295", word.toString());
  }

  @ParameterizedTest
  @EnumSource
  void theSameOnSixtyFourBits(MemoryOrder order) {
    AtomicLongWord word = new AtomicLongWord(1L << 40);
    assertEquals(1L << 40, word.swap(0b1010, order));
    assertEquals(0b1010, word.fetchAdd(1L << 33, order));
    assertEquals((1L << 33) + 0b1010, word.fetchSub(1L << 33, order));
    assertEquals(0b1010, word.fetchAnd(0b0110, order));
    assertEquals(0b0010, word.fetchOr(1L << 63, order));
    assertEquals((1L << 63) | 2, word.fetchXor(2, order));
    assertEquals(1L << 63, word.fetchNand(1L << 63, order));
    assertEquals(Long.MAX_VALUE, word.fetchMin(5, order));
    assertEquals(5, word.fetchMax(-1, order));
    assertEquals(-1, word.load(SEQ_CST));
    assertEquals("18446744073709551615", word.toString());
  }

  @ParameterizedTest
  @EnumSource
  void bitsReturnTheirFormerState(MemoryOrder order) {
    AtomicWord word = new AtomicWord(0);
    assertEquals(0, word.bitSet(31, order));
    assertEquals(1, word.bitSet(31, order));
    assertEquals(1, word.bitToggle(31, order));
    assertEquals(0, word.bitToggle(3, order));
    assertEquals(1, word.bitReset(3, order));
    assertEquals(0, word.load(MONOTONIC));
    AtomicLongWord wide = new AtomicLongWord(0);
    assertEquals(0, wide.bitSet(63, order));
    assertEquals(1, wide.bitToggle(63, order));
    assertEquals(0, wide.bitReset(32, order));
    assertEquals(0, wide.load(MONOTONIC));
  }

  @ParameterizedTest
  @EnumSource(names = {"MONOTONIC", "ACQUIRE", "SEQ_CST"})
  void compareAndExchangeTellsWhatItFound(MemoryOrder failure) {
    for (MemoryOrder success : MemoryOrder.values()) {
      AtomicWord word = new AtomicWord(1);
      assertEquals(1, word.cmpxchgStrong(1, 2, success, failure));
      assertEquals(2, word.cmpxchgStrong(1, 3, success, failure));
      assertFalse(word.cmpxchgWeak(1, 3, success, failure));
      while (!word.cmpxchgWeak(2, 3, success, failure)) {
        Thread.onSpinWait();
      }
      assertEquals(3, word.load(ACQUIRE));
      AtomicLongWord wide = new AtomicLongWord(1);
      assertEquals(1, wide.cmpxchgStrong(1, 2, success, failure));
      assertEquals(2, wide.cmpxchgStrong(1, 3, success, failure));
      assertFalse(wide.cmpxchgWeak(1, 3, success, failure));
      assertEquals(2, wide.load(ACQUIRE));
    }
  }

  @Test
  void ordersWithoutMeaningAreRefused() {
    AtomicWord word = new AtomicWord(1);
    assertThrows(IllegalArgumentException.class, () -> word.load(RELEASE));
    assertThrows(IllegalArgumentException.class, () -> word.load(ACQ_REL));
    assertThrows(IllegalArgumentException.class, () -> word.store(2, ACQUIRE));
    assertThrows(IllegalArgumentException.class, () -> word.store(2, ACQ_REL));
    assertThrows(IllegalArgumentException.class, () -> word.cmpxchgStrong(1, 2, SEQ_CST, RELEASE));
    assertThrows(IllegalArgumentException.class, () -> word.cmpxchgWeak(1, 2, SEQ_CST, ACQ_REL));
    assertThrows(IllegalArgumentException.class, () -> word.bitSet(32, SEQ_CST));
    assertThrows(IllegalArgumentException.class, () -> new AtomicLongWord(0).bitSet(64, SEQ_CST));
    assertEquals(1, word.load(SEQ_CST));
  }

  @Test
  void storesAreSeenInTheSegment() {
    AtomicWord word = new AtomicWord(1);
    assertEquals(4, word.segment().byteSize());
    word.store(-2, MONOTONIC);
    assertEquals(-2, word.segment().get(ValueLayout.JAVA_INT, 0));
    word.store(5, RELEASE);
    word.segment().set(ValueLayout.JAVA_INT, 0, 6);
    assertEquals(6, word.load(MONOTONIC));
    AtomicLongWord wide = new AtomicLongWord(0);
    wide.store(-3, MONOTONIC);
    wide.store(-4, RELEASE);
    assertEquals(-4, wide.segment().get(ValueLayout.JAVA_LONG, 0));
  }

  @ParameterizedTest
  @EnumSource
  void additionsAreNotLost(MemoryOrder order) {
    AtomicWord word = new AtomicWord(0);
    AtomicLongWord wide = new AtomicLongWord(0);
    Crew.run(
        Crew.Kind.PLATFORM,
        4,
        thread -> {
          for (int i = 0; i < 10_000; i++) {
            word.fetchAdd(1, order);
            wide.fetchAdd(3, order);
          }
        });
    assertEquals(40_000, word.load(SEQ_CST));
    assertEquals(120_000, wide.load(SEQ_CST));
  }
}
