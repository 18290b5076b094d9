package dev.millrace.sync;

/**
 * The counts of an {@link RwLock} in one long. Pure functions.
 *
 * <pre>
 *  63        49 48 47            32 31            16 15         0
 * +-------------+--+----------------+----------------+-----------+
 * |    phase    | w| readers wait   | writers wait   | readers   |
 * +-------------+--+----------------+----------------+-----------+
 * </pre>
 *
 * <p>{@code w}: a writer is in. The phase counts grants, modulo 2^15: a waiting reader would have
 * to sleep through 32,768 of them after its own to be fooled, none of which can come from a
 * writer's unlock, which the reader's own share excludes.
 */
final class RwState {
  static final long READER = 1L;
  static final long READERS = 0xffffL;
  static final long WRITER_WAITS = 1L << 16;
  static final long WRITERS_WAIT = 0xffffL << 16;
  static final long READER_WAITS = 1L << 32;
  static final long READERS_WAIT = 0xffffL << 32;
  static final long WRITING = 1L << 48;
  private static final int PHASE_SHIFT = 49;
  private static final long ONE_PHASE = 1L << PHASE_SHIFT;

  private RwState() {}

  /** {@code state} with the readers that wait let in, if any. */
  static long grant(long state) {
    long waiting = (state & READERS_WAIT) / READER_WAITS;
    return waiting == 0 ? state : (state & ~READERS_WAIT) + waiting * READER + ONE_PHASE;
  }

  /** Whether a writer may enter. */
  static boolean isFree(long state) {
    return (state & (WRITING | READERS)) == 0;
  }

  static long phase(long state) {
    return state >>> PHASE_SHIFT;
  }
}
