package dev.millrace.sync;

/**
 * The memory ordering guarantee of an atomic operation, by Zig's names.
 *
 * <p>Each constant lists the {@link java.lang.invoke.VarHandle} mode that {@link AtomicWord} and
 * {@link AtomicLongWord} use for it. Java has no read-modify-write weaker than acquire or release,
 * so {@link #MONOTONIC} uses the volatile one. It guarantees more than requested, and is a single
 * instruction on x86-64.
 *
 * <p>Source: {@code std.builtin.AtomicOrder} of Zig.
 */
public enum MemoryOrder {
  /**
   * The operation is atomic, and all threads see the same order of operations on this word; other
   * words are not ordered. Load {@code getOpaque}, store {@code setOpaque}, read-modify-write
   * {@code getAndX}.
   */
  MONOTONIC,

  /**
   * Later operations of this thread see everything before the release whose value this one reads.
   * Load {@code getAcquire}, read-modify-write {@code getAndXAcquire}; no store.
   */
  ACQUIRE,

  /**
   * Earlier operations of this thread are visible to a thread that acquires this value. Store
   * {@code setRelease}, read-modify-write {@code getAndXRelease}; no load.
   */
  RELEASE,

  /**
   * Acquire and release, for read-modify-write only: {@code getAndX} (volatile; Java has no
   * weaker).
   */
  ACQ_REL,

  /**
   * Acquire and release, and all threads see one order of all such operations. Load {@code
   * getVolatile}, store {@code setVolatile}, read-modify-write {@code getAndX}.
   */
  SEQ_CST;

  /** The exception for an order that is invalid for {@code operation}. */
  IllegalArgumentException refuse(String operation) {
    return new IllegalArgumentException(operation + " cannot be " + this);
  }

  /**
   * The weakest order of a compare-and-exchange that satisfies {@code this} on success and {@code
   * failure} on failure; Java has one mode for both.
   *
   * @throws IllegalArgumentException if {@code failure} is not an order of loads
   */
  MemoryOrder with(MemoryOrder failure) {
    return switch (failure) {
      case MONOTONIC -> this;
      case ACQUIRE -> this == MONOTONIC || this == ACQUIRE ? ACQUIRE : ACQ_REL;
      case SEQ_CST -> SEQ_CST;
      case RELEASE, ACQ_REL -> throw failure.refuse("the failure of a compare-and-exchange");
    };
  }
}
