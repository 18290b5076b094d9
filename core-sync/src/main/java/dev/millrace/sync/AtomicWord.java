package dev.millrace.sync;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * An atomic 32-bit word in native memory, on its own cache lines.
 *
 * <p>Each operation takes a {@link MemoryOrder}. {@link #fetchMin} and {@link #fetchMax} compare
 * the values as unsigned. Never waits; any thread may call.
 *
 * <p>{@link #segment} is the form that {@link Futex} and a ring's futex operations need.
 *
 * <p>Source: {@code std.atomic.Value(u32)} of Zig.
 */
public final class AtomicWord {
  private final MemorySegment word;
  private final long address;

  public AtomicWord(int value) {
    MemorySegment slot = WordSlab.allocate();
    word = slot.asSlice(0, 4);
    address = slot.address();
    store(value, MemoryOrder.SEQ_CST);
  }

  /**
   * The word's 4 bytes. They are valid while the segment or this object is reachable, and are
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
  public int load(MemoryOrder order) {
    try {
      return switch (order) {
        case MONOTONIC -> (int) Words.INT.getOpaque(Words.MEMORY, address);
        case ACQUIRE -> (int) Words.INT.getAcquire(Words.MEMORY, address);
        case SEQ_CST -> (int) Words.INT.getVolatile(Words.MEMORY, address);
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
  public void store(int value, MemoryOrder order) {
    try {
      switch (order) {
        case MONOTONIC -> Words.INT.setOpaque(Words.MEMORY, address, value);
        case RELEASE -> Words.INT.setRelease(Words.MEMORY, address, value);
        case SEQ_CST -> Words.INT.setVolatile(Words.MEMORY, address, value);
        case ACQUIRE, ACQ_REL -> throw order.refuse("a store");
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Sets the value and returns the previous one. */
  public int swap(int value, MemoryOrder order) {
    try {
      return switch (order) {
        case ACQUIRE -> (int) Words.INT.getAndSetAcquire(Words.MEMORY, address, value);
        case RELEASE -> (int) Words.INT.getAndSetRelease(Words.MEMORY, address, value);
        case MONOTONIC, ACQ_REL, SEQ_CST -> (int) Words.INT.getAndSet(Words.MEMORY, address, value);
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
  public int cmpxchgStrong(int expected, int value, MemoryOrder success, MemoryOrder failure) {
    try {
      return switch (success.with(failure)) {
        case ACQUIRE ->
            (int) Words.INT.compareAndExchangeAcquire(Words.MEMORY, address, expected, value);
        case RELEASE ->
            (int) Words.INT.compareAndExchangeRelease(Words.MEMORY, address, expected, value);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            (int) Words.INT.compareAndExchange(Words.MEMORY, address, expected, value);
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
  public boolean cmpxchgWeak(int expected, int value, MemoryOrder success, MemoryOrder failure) {
    try {
      return switch (success.with(failure)) {
        case ACQUIRE -> Words.INT.weakCompareAndSetAcquire(Words.MEMORY, address, expected, value);
        case RELEASE -> Words.INT.weakCompareAndSetRelease(Words.MEMORY, address, expected, value);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            Words.INT.weakCompareAndSet(Words.MEMORY, address, expected, value);
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Adds {@code operand}, wrapping around, and returns the previous value. */
  public int fetchAdd(int operand, MemoryOrder order) {
    try {
      return switch (order) {
        case ACQUIRE -> (int) Words.INT.getAndAddAcquire(Words.MEMORY, address, operand);
        case RELEASE -> (int) Words.INT.getAndAddRelease(Words.MEMORY, address, operand);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            (int) Words.INT.getAndAdd(Words.MEMORY, address, operand);
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Subtracts {@code operand}, wrapping around, and returns the previous value. */
  public int fetchSub(int operand, MemoryOrder order) {
    return fetchAdd(-operand, order);
  }

  /** Sets the value to {@code value & operand} and returns the previous one. */
  public int fetchAnd(int operand, MemoryOrder order) {
    try {
      return switch (order) {
        case ACQUIRE -> (int) Words.INT.getAndBitwiseAndAcquire(Words.MEMORY, address, operand);
        case RELEASE -> (int) Words.INT.getAndBitwiseAndRelease(Words.MEMORY, address, operand);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            (int) Words.INT.getAndBitwiseAnd(Words.MEMORY, address, operand);
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Sets the value to {@code value | operand} and returns the previous one. */
  public int fetchOr(int operand, MemoryOrder order) {
    try {
      return switch (order) {
        case ACQUIRE -> (int) Words.INT.getAndBitwiseOrAcquire(Words.MEMORY, address, operand);
        case RELEASE -> (int) Words.INT.getAndBitwiseOrRelease(Words.MEMORY, address, operand);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            (int) Words.INT.getAndBitwiseOr(Words.MEMORY, address, operand);
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Sets the value to {@code value ^ operand} and returns the previous one. */
  public int fetchXor(int operand, MemoryOrder order) {
    try {
      return switch (order) {
        case ACQUIRE -> (int) Words.INT.getAndBitwiseXorAcquire(Words.MEMORY, address, operand);
        case RELEASE -> (int) Words.INT.getAndBitwiseXorRelease(Words.MEMORY, address, operand);
        case MONOTONIC, ACQ_REL, SEQ_CST ->
            (int) Words.INT.getAndBitwiseXor(Words.MEMORY, address, operand);
      };
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Sets the value to {@code ~(value & operand)} and returns the previous one. */
  public int fetchNand(int operand, MemoryOrder order) {
    int before;
    do {
      before = load(MemoryOrder.MONOTONIC);
    } while (!cmpxchgWeak(before, ~(before & operand), order, MemoryOrder.MONOTONIC));
    return before;
  }

  /** Sets the value to the unsigned minimum of it and {@code operand}; returns the previous one. */
  public int fetchMin(int operand, MemoryOrder order) {
    int before;
    int least;
    do {
      before = load(MemoryOrder.MONOTONIC);
      least = Integer.compareUnsigned(operand, before) < 0 ? operand : before;
    } while (!cmpxchgWeak(before, least, order, MemoryOrder.MONOTONIC));
    return before;
  }

  /** Sets the value to the unsigned maximum of it and {@code operand}; returns the previous one. */
  public int fetchMax(int operand, MemoryOrder order) {
    int before;
    int greatest;
    do {
      before = load(MemoryOrder.MONOTONIC);
      greatest = Integer.compareUnsigned(operand, before) > 0 ? operand : before;
    } while (!cmpxchgWeak(before, greatest, order, MemoryOrder.MONOTONIC));
    return before;
  }

  /**
   * Sets bit {@code index} (0 is the lowest) and returns its previous value, 0 or 1.
   *
   * @throws IllegalArgumentException if {@code index} is not 0 to 31
   */
  public int bitSet(int index, MemoryOrder order) {
    return (fetchOr(bit(index), order) >>> index) & 1;
  }

  /**
   * Clears bit {@code index} (0 is the lowest) and returns its previous value, 0 or 1.
   *
   * @throws IllegalArgumentException if {@code index} is not 0 to 31
   */
  public int bitReset(int index, MemoryOrder order) {
    return (fetchAnd(~bit(index), order) >>> index) & 1;
  }

  /**
   * Inverts bit {@code index} (0 is the lowest) and returns its previous value, 0 or 1.
   *
   * @throws IllegalArgumentException if {@code index} is not 0 to 31
   */
  public int bitToggle(int index, MemoryOrder order) {
    return (fetchXor(bit(index), order) >>> index) & 1;
  }

  private static int bit(int index) {
    if (index < 0 || index > 31) {
      throw new IllegalArgumentException("index must be 0 to 31, was " + index);
    }
    return 1 << index;
  }

  @Override
  public String toString() {
    return Integer.toUnsignedString(load(MemoryOrder.MONOTONIC));
  }
}
