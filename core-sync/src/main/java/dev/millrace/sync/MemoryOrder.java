package dev.millrace.sync;

/**
 * What an atomic operation promises about the memory accesses around it, by Zig's names.
 *
 * <p>Each constant names the {@link java.lang.invoke.VarHandle} mode that {@link AtomicWord} and
 * {@link AtomicLongWord} use for it. Java has no read-modify-write weaker than acquire or release,
 * so {@link #MONOTONIC} gets the volatile one there: it promises more than was asked, and is a
 * single instruction on x86-64.
 *
 * <p>Source: {@code std.builtin.AtomicOrder} of Zig.
 */
public enum MemoryOrder {
  /**
   * The operation is atomic and all agree on the order of those to this word; nothing is said about
   * other words. Load {@code getOpaque}, store {@code setOpaque}, read-modify-write {@code
   * getAndX}.
   */
  MONOTONIC,

  /**
   * What follows in this thread sees everything that came before the release it reads from. Load
   * {@code getAcquire}, read-modify-write {@code getAndXAcquire}; no store.
   */
  ACQUIRE,

  /**
   * What came before in this thread is seen by whoever acquires this value. Store {@code
   * setRelease}, read-modify-write {@code getAndXRelease}; no load.
   */
  RELEASE,

  /** Both, for read-modify-write only: {@code getAndX} (volatile, since Java has no weaker). */
  ACQ_REL,

  /**
   * Both, and all threads agree on one order of all such operations. Load {@code getVolatile},
   * store {@code setVolatile}, read-modify-write {@code getAndX}.
   */
  SEQ_CST;

  /** The exception for an order that has no meaning for {@code operation}. */
  IllegalArgumentException refuse(String operation) {
    return new IllegalArgumentException(operation + " cannot be " + this);
  }

  /**
   * The weakest order that gives {@code this} on success and {@code failure} on failure of a
   * compare-and-exchange, which has one mode for both in Java.
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
