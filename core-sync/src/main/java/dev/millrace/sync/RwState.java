package dev.millrace.sync;

/**
 * The state of an {@link RwLock} in one long. Pure functions.
 *
 * <pre>
 *  63     53 52   51   50   49 48 47            32 31            16 15         0
 * +---------+----+----+----+----+--+----------------+----------------+-----------+
 * |  phase  | ro | rc | wo | wc | w| readers wait   | writers wait   | readers   |
 * +---------+----+----+----+----+--+----------------+----------------+-----------+
 * </pre>
 *
 * <p>{@code w}: a writer holds the lock. {@code wc}, {@code rc}: one waiting writer, or all waiting
 * readers, have been called to check the lock, and will do so before they sleep. {@code wo}, {@code
 * ro}: a waiting writer or reader is overdue. The phase counts grants modulo 2^11: to misread it, a
 * waiting reader would have to sleep through 2,048 further grants after its own. None of them can
 * come from a writer's unlock, because the reader's own share excludes writers.
 */
final class RwState {
  static final long READER = 1L;
  static final long READERS = 0xffffL;
  static final long WRITER_WAITS = 1L << 16;
  static final long WRITERS_WAIT = 0xffffL << 16;
  static final long READER_WAITS = 1L << 32;
  static final long READERS_WAIT = 0xffffL << 32;
  static final long WRITING = 1L << 48;
  static final long WRITER_CALLED = 1L << 49;
  static final long WRITER_OVERDUE = 1L << 50;
  static final long READERS_CALLED = 1L << 51;
  static final long READER_OVERDUE = 1L << 52;
  private static final int PHASE_SHIFT = 53;
  private static final long ONE_PHASE = 1L << PHASE_SHIFT;

  private RwState() {}

  /** {@code state} after the lock is granted to the waiting readers, if any. */
  static long grant(long state) {
    long waiting = (state & READERS_WAIT) / READER_WAITS;
    long rest = state & ~(READERS_WAIT | READERS_CALLED | READER_OVERDUE);
    return waiting == 0 ? rest : rest + waiting * READER + ONE_PHASE;
  }

  /** {@code state} after the writer unlocks: granted to overdue readers, or free. */
  static long withoutWriter(long state) {
    long next = state & ~WRITING;
    if ((state & READER_OVERDUE) != 0) {
      next = grant(next);
    } else if ((state & READERS_WAIT) != 0) {
      next |= READERS_CALLED;
    }
    return callWriter(next);
  }

  /** {@code state} after one reader unlocks. */
  static long withoutReader(long state) {
    return callWriter(state - READER);
  }

  /** {@code state} after a waiting writer takes the lock. */
  static long withWaitingWriter(long state) {
    return ((state - WRITER_WAITS) & ~(WRITER_OVERDUE | WRITER_CALLED)) | WRITING;
  }

  /**
   * {@code state} after a waiting writer's time is up. If the lock is free, the writer takes it.
   * Otherwise it no longer waits, and the lock is granted to the readers if only this writer
   * excluded them.
   */
  static long withoutWaitingWriter(long state) {
    if (isFree(state)) {
      return withWaitingWriter(state);
    }
    long left = (state - WRITER_WAITS) & ~WRITER_OVERDUE;
    return (left & (WRITING | WRITERS_WAIT)) == 0 ? grant(left) : left;
  }

  /** Whether a writer may take the lock. */
  static boolean isFree(long state) {
    return (state & (WRITING | READERS)) == 0;
  }

  /** Whether a reader may take the lock; while a writer waits, only if the lock is free. */
  static boolean admitsReader(long state) {
    return (state & (WRITING | WRITERS_WAIT)) == 0
        || (state & (WRITING | READERS | WRITER_OVERDUE)) == 0;
  }

  /** Whether the number of readers is at its maximum, so that a grant cannot overflow the count. */
  static boolean isFull(long state) {
    return (state & READERS) + (state & READERS_WAIT) / READER_WAITS >= READERS;
  }

  /**
   * Whether the step from {@code state} to {@code next} grants the lock to readers or calls them.
   */
  static boolean callsReaders(long state, long next) {
    return phase(next) != phase(state) || (next & ~state & READERS_CALLED) != 0;
  }

  /** Describes the lock for the exception of an invalid unlock. */
  static String describe(long state, long owner) {
    long readers = state & READERS;
    if (owner != 0) {
      return "held for writing by thread " + owner;
    }
    return readers == 0 ? "that is not held" : "held for reading, " + readers + " times";
  }

  static long phase(long state) {
    return state >>> PHASE_SHIFT;
  }

  private static long callWriter(long state) {
    return isFree(state) && (state & WRITERS_WAIT) != 0 ? state | WRITER_CALLED : state;
  }
}
