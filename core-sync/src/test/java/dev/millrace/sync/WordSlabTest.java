package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WordSlabTest {
  @Test
  void slotsAreZeroedAlignedAndApart() {
    List<MemorySegment> slots = new ArrayList<>();
    Set<Long> lines = new HashSet<>();
    for (int i = 0; i < 3 * WordSlab.SLOTS_PER_CHUNK; i++) {
      MemorySegment slot = WordSlab.allocate();
      slots.add(slot);
      assertEquals(WordSlab.SLOT_BYTES, slot.byteSize());
      assertEquals(0, slot.address() % WordSlab.SLOT_BYTES);
      assertTrue(lines.add(slot.address() / WordSlab.SLOT_BYTES), "two slots share a line");
      for (long offset = 0; offset < WordSlab.SLOT_BYTES; offset += 8) {
        assertEquals(0, slot.get(ValueLayout.JAVA_LONG, offset));
      }
      slot.fill((byte) 0xff);
    }
    assertEquals(3 * WordSlab.SLOTS_PER_CHUNK, slots.size());
  }

  @Test
  void unreachableSlotsAreUsedAgain() {
    int rounds = 200;
    int before = WordSlab.chunkCount();
    for (int round = 0; round < rounds; round++) {
      List<Mutex> dropped = new ArrayList<>();
      for (int i = 0; i < WordSlab.SLOTS_PER_CHUNK; i++) {
        dropped.add(new Mutex());
      }
      assertEquals(WordSlab.SLOTS_PER_CHUNK, dropped.size());
      if (round % 10 == 9) {
        System.gc();
        Crew.sleepMillis(20);
      }
    }
    int grown = WordSlab.chunkCount() - before;
    assertTrue(grown < rounds / 2, "chunks grew by " + grown + " in " + rounds + " rounds");
  }

  @Test
  void theSegmentAloneKeepsTheWord() {
    List<MemorySegment> kept = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      kept.add(new AtomicWord(i).segment());
    }
    System.gc();
    Crew.sleepMillis(50);
    for (int i = 0; i < 2 * WordSlab.SLOTS_PER_CHUNK; i++) {
      assertNotNull(new AtomicWord(-1).segment());
    }
    for (int i = 0; i < kept.size(); i++) {
      assertEquals(i, kept.get(i).get(ValueLayout.JAVA_INT, 0));
    }
  }

  @Test
  void aLateWakeIsASpuriousWakeUpOfTheNextLock() {
    // What a waker does that was overtaken: the word it wakes belongs to other waiters by now.
    AtomicWord word = new AtomicWord(0);
    Crew crew = new Crew(Crew.Kind.PLATFORM);
    Thread waiter =
        crew.start(() -> {
          while (word.load(MemoryOrder.ACQUIRE) == 0) {
            Futex.wait(word.segment(), 0);
          }
        });
    Crew.assertBlocked(waiter);
    Futex.wake(word.segment(), 1);
    Crew.assertBlocked(waiter);
    word.store(1, MemoryOrder.RELEASE);
    Futex.wake(word.segment(), 1);
    crew.join();
    assertFalse(waiter.isAlive());
  }
}
