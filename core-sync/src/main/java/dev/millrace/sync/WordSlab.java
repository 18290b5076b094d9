package dev.millrace.sync;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * Hands out the native memory that locks live in: slots of {@link #SLOT_BYTES}, zeroed, each on
 * cache lines of its own.
 *
 * <p>A slot belongs to whoever can reach the segment (or a slice of it) and returns to the slab
 * when nobody can. Safe for use by all threads.
 */
final class WordSlab {
  /**
   * Two cache lines of x86-64, whose prefetcher fetches them in pairs; one line of some aarch64.
   */
  static final int SLOT_BYTES = 128;

  static final int SLOTS_PER_CHUNK = 256;

  /*
   * When may a slot be used again? A waker touches the word after it has let go of the lock:
   *
   *   T1: unlock: swap(unlocked)          T2: lock() succeeds, unlock(), drops the lock
   *                                       slab: slot given back
   *   T1: FUTEX_WAKE(address)  <- late
   *
   * Were the memory unmapped, or given to something other than locks, T1 would touch what it does
   * not own. Two rules exclude it. Chunks are never unmapped, so that an address stays valid and a
   * late wake is at worst a spurious wake-up of the next lock in that slot, which every waiter
   * tolerates. And a slot returns only when its segment is unreachable, which it is not as long as
   * T1 is inside a method of the lock (each ends with a reachability fence), nor while a ring that
   * waits on the word holds the segment.
   */
  private static final Object GUARD = new Object();
  private static final ArrayDeque<MemorySegment> FREE = new ArrayDeque<>();
  private static int chunks;

  private WordSlab() {}

  /** A zeroed slot, aligned to its size. Allocates native memory when none is free. */
  static MemorySegment allocate() {
    MemorySegment slot = take();
    slot.fill((byte) 0);
    return MemorySegment.ofAddress(slot.address())
        .reinterpret(SLOT_BYTES, Arena.ofAuto(), unreachable -> giveBack(slot));
  }

  /** How many chunks of {@link #SLOTS_PER_CHUNK} slots have been allocated since the start. */
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
