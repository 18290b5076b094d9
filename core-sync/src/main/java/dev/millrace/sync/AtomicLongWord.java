package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * An atomic 64-bit word in native memory, on its own cache lines.
 *
 * <p>Each operation takes a {@link MemoryOrder}. {@link #fetchMin} and {@link #fetchMax} compare
 * the values as unsigned. Never waits; any thread may call.
 *
 * <p>Source: {@code std.atomic.Value(u64)} of Zig.
 */
public final class AtomicLongWord {
  private final MemorySegment word;
  private final long address;

  public AtomicLongWord(long value) {
    MemorySegment slot = WordSlab.allocate();
    word = slot.asSlice(0, 8);
    address = slot.address();
    store(value, MemoryOrder.SEQ_CST);
  }

  /**
   * The word's 8 bytes. They are valid while the segment or this object is reachable, and are
   * reused for another word afterwards.
   */
  public MemorySegment segment() {
    return word;
  }

  /**
   * Returns the value.
   *
   * @throws IllegalArgumentException if {@code order} is RELEASE or ACQ_REL
   */
  public long load(MemoryOrder order) {
    try {
      return switch (order) {
        case MONOTONIC -> (long) Words.LONG.getOpaque(Words.MEMORY, address);
        case ACQUIRE -> (long) Words.LONG.getAcquire(Words.MEMORY, address);
        case SEQ_CST -> (long) Words.LONG.getVolatile(Words.MEMORY, address);
        case RELEASE, ACQ_REL -> throw order.refuse("a load");
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Sets the value.
   *
   * @throws IllegalArgumentException if {@code order} is ACQUIRE or ACQ_REL
   */
  public void store(long value, MemoryOrder order) {
    try {
      switch (order) {
        case MONOTONIC -> Words.LONG.setOpaque(Words.MEMORY, address, value);
        case RELEASE -> Words.LONG.setRelease(Words.MEMORY, address, value);
        case SEQ_CST -> Words.LONG.setVolatile(Words.MEMORY, address, value);
        case ACQUIRE, ACQ_REL -> throw order.refuse("a store");
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Sets the value and returns the previous one. */
  public long swap(long value, MemoryOrder order) {
    try {
      return switch (order) {
        case ACQUIRE -> (long) Words.LONG.getAndSetAcquire(Words.MEMORY, address, value);
        case RELEASE -> (long) Words.LONG.getAndSetRelease(Words.MEMORY, address, value);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            (long) Words.LONG.getAndSet(Words.MEMORY, address, value);
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Sets the value if it is {@code expected}. Java has one mode for both outcomes, so the weakest
   * mode that satisfies both {@code success} and {@code failure} is used.
   *
   * @return the value found; the exchange happened if and only if it equals {@code expected}
   * @throws IllegalArgumentException if {@code failure} is RELEASE or ACQ_REL
   */
  public long cmpxchgStrong(long expected, long value, MemoryOrder success, MemoryOrder failure) {
    try {
      return switch (success.with(failure)) {
        case ACQUIRE ->
            (long) Words.LONG.compareAndExchangeAcquire(Words.MEMORY, address, expected, value);
        case RELEASE ->
            (long) Words.LONG.compareAndExchangeRelease(Words.MEMORY, address, expected, value);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            (long) Words.LONG.compareAndExchange(Words.MEMORY, address, expected, value);
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Like {@link #cmpxchgStrong}, but may fail although the value is {@code expected}; for loops
   * that reload the value anyway.
   *
   * @return whether the exchange happened
   * @throws IllegalArgumentException if {@code failure} is RELEASE or ACQ_REL
   */
  public boolean cmpxchgWeak(long expected, long value, MemoryOrder success, MemoryOrder failure) {
    try {
      return switch (success.with(failure)) {
        case ACQUIRE -> Words.LONG.weakCompareAndSetAcquire(Words.MEMORY, address, expected, value);
        case RELEASE -> Words.LONG.weakCompareAndSetRelease(Words.MEMORY, address, expected, value);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            Words.LONG.weakCompareAndSet(Words.MEMORY, address, expected, value);
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Adds {@code operand}, wrapping around, and returns the previous value. */
  public long fetchAdd(long operand, MemoryOrder order) {
    try {
      return switch (order) {
        case ACQUIRE -> (long) Words.LONG.getAndAddAcquire(Words.MEMORY, address, operand);
        case RELEASE -> (long) Words.LONG.getAndAddRelease(Words.MEMORY, address, operand);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            (long) Words.LONG.getAndAdd(Words.MEMORY, address, operand);
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Subtracts {@code operand}, wrapping around, and returns the previous value. */
  public long fetchSub(long operand, MemoryOrder order) {
    return fetchAdd(-operand, order);
  }

  /** Sets the value to {@code value & operand} and returns the previous one. */
  public long fetchAnd(long operand, MemoryOrder order) {
    try {
      return switch (order) {
        case ACQUIRE -> (long) Words.LONG.getAndBitwiseAndAcquire(Words.MEMORY, address, operand);
        case RELEASE -> (long) Words.LONG.getAndBitwiseAndRelease(Words.MEMORY, address, operand);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            (long) Words.LONG.getAndBitwiseAnd(Words.MEMORY, address, operand);
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Sets the value to {@code value | operand} and returns the previous one. */
  public long fetchOr(long operand, MemoryOrder order) {
    try {
      return switch (order) {
        case ACQUIRE -> (long) Words.LONG.getAndBitwiseOrAcquire(Words.MEMORY, address, operand);
        case RELEASE -> (long) Words.LONG.getAndBitwiseOrRelease(Words.MEMORY, address, operand);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            (long) Words.LONG.getAndBitwiseOr(Words.MEMORY, address, operand);
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Sets the value to {@code value ^ operand} and returns the previous one. */
  public long fetchXor(long operand, MemoryOrder order) {
    try {
      return switch (order) {
        case ACQUIRE -> (long) Words.LONG.getAndBitwiseXorAcquire(Words.MEMORY, address, operand);
        case RELEASE -> (long) Words.LONG.getAndBitwiseXorRelease(Words.MEMORY, address, operand);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            (long) Words.LONG.getAndBitwiseXor(Words.MEMORY, address, operand);
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Sets the value to {@code ~(value & operand)} and returns the previous one. */
  public long fetchNand(long operand, MemoryOrder order) {
    long before;
    do {
      before = load(MemoryOrder.MONOTONIC);
    } while (!cmpxchgWeak(before, ~(before & operand), order, MemoryOrder.MONOTONIC));
    return before;
  }

  /** Sets the value to the unsigned minimum of it and {@code operand}; returns the previous one. */
  public long fetchMin(long operand, MemoryOrder order) {
    long before;
    long least;
    do {
      before = load(MemoryOrder.MONOTONIC);
      least = Long.compareUnsigned(operand, before) < 0 ? operand : before;
    } while (!cmpxchgWeak(before, least, order, MemoryOrder.MONOTONIC));
    return before;
  }

  /** Sets the value to the unsigned maximum of it and {@code operand}; returns the previous one. */
  public long fetchMax(long operand, MemoryOrder order) {
    long before;
    long greatest;
    do {
      before = load(MemoryOrder.MONOTONIC);
      greatest = Long.compareUnsigned(operand, before) > 0 ? operand : before;
    } while (!cmpxchgWeak(before, greatest, order, MemoryOrder.MONOTONIC));
    return before;
  }

  /**
   * Sets bit {@code index} (0 is the lowest) and returns its previous value, 0 or 1.
   *
   * @throws IllegalArgumentException if {@code index} is not 0 to 63
   */
  public int bitSet(int index, MemoryOrder order) {
    return (int) (fetchOr(bit(index), order) >>> index) & 1;
  }

  /**
   * Clears bit {@code index} (0 is the lowest) and returns its previous value, 0 or 1.
   *
   * @throws IllegalArgumentException if {@code index} is not 0 to 63
   */
  public int bitReset(int index, MemoryOrder order) {
    return (int) (fetchAnd(~bit(index), order) >>> index) & 1;
  }

  /**
   * Inverts bit {@code index} (0 is the lowest) and returns its previous value, 0 or 1.
   *
   * @throws IllegalArgumentException if {@code index} is not 0 to 63
   */
  public int bitToggle(int index, MemoryOrder order) {
    return (int) (fetchXor(bit(index), order) >>> index) & 1;
  }

  private static long bit(int index) {
    if (index < 0 || index > 63) {
      throw new IllegalArgumentException("index must be 0 to 63, was " + index);
    }
    return 1L << index;
  }

  @Override
  public String toString() {
    return Long.toUnsignedString(load(MemoryOrder.MONOTONIC));
  }
}
