package dev.millrace.sync;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * Allocates the native memory of the primitives: zeroed slots of {@link #SLOT_BYTES}, each on its
 * own cache lines. Any thread.
 *
 * <p>A slot is in use while the segment, or a slice of it, is reachable. It then returns to the
 * slab.
 */
final class WordSlab {
  /**
   * Two cache lines of x86-64, whose prefetcher fetches them in pairs; one line of some aarch64.
   */
  static final int SLOT_BYTES = 128;

  static final int SLOTS_PER_CHUNK = 256;

  /*
   * When can a slot be reused? A waker touches the word after it has unlocked:
   *
   *   T1: unlock: swap(unlocked)          T2: lock() succeeds, unlock(), drops the lock
   *                                       slab: slot returned
   *   T1: FUTEX_WAKE(address)  <- late
   *
   * If the memory were unmapped, or reused for something other than locks, T1 would touch foreign
   * memory. Two rules prevent this. Chunks are never unmapped: an address stays valid, and a late
   * wake is at worst a spurious wakeup of the next lock in that slot, which every waiter tolerates.
   * And a slot returns only when its segment is unreachable. It is reachable while T1 is inside a
   * method of the lock (each ends with a reachability fence), and while a ring that waits on the
   * word holds the segment.
   */
  private static final Object GUARD = new Object();
  private static final ArrayDeque<MemorySegment> FREE = new ArrayDeque<>();
  private static int chunks;

  private WordSlab() {}

  /** Returns a zeroed slot, aligned to its size. Allocates native memory if none is free. */
  static MemorySegment allocate() {
    MemorySegment slot = take();
    slot.fill((byte) 0);
    return MemorySegment.ofAddress(slot.address())
        .reinterpret(SLOT_BYTES, Arena.ofAuto(), unreachable -> giveBack(slot));
  }

  /** Chunks of {@link #SLOTS_PER_CHUNK} slots allocated since the start. */
  static int chunkCount() {
    synchronized (GUARD) {
      return chunks;
    }
  }

  private static MemorySegment take() {
    synchronized (GUARD) {
      if (FREE.isEmpty()) {
        MemorySegment chunk =
            Arena.global().allocate((long) SLOT_BYTES * SLOTS_PER_CHUNK, SLOT_BYTES);
        for (int i = 0; i < SLOTS_PER_CHUNK; i++) {
          FREE.addLast(chunk.asSlice((long) i * SLOT_BYTES, SLOT_BYTES));
        }
        chunks++;
      }
      return FREE.removeFirst();
    }
  }

  private static void giveBack(MemorySegment slot) {
    synchronized (GUARD) {
      FREE.addLast(slot);
    }
  }
}
