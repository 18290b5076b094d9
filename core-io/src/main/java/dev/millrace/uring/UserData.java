package dev.millrace.uring;

/**
 * The 64 bits that travel with a submission and come back with its completions.
 *
 * <pre>
 *  63          40 39          16 15     8 7      0
 * +--------------+--------------+--------+--------+
 * |  generation  |     slot     |  kind  |  tag   |
 * +--------------+--------------+--------+--------+
 * </pre>
 *
 * <p>The slot finds the target in the loop's table; the generation tells the slot's present owner
 * from an earlier one, whose late completions are dropped. The kind is an {@link OpKind} ordinal,
 * the tag a small number by which the target tells its own operations apart.
 */
public final class UserData {
  /** Slots are 0 to this, exclusive. */
  public static final int MAX_SLOTS = 1 << 24;

  /** Generations wrap here. */
  public static final int GENERATION_MASK = (1 << 24) - 1;

  private UserData() {}

  /** What a target holds on to: generation and slot, with kind and tag zero. */
  public static long handle(int slot, int generation) {
    return (long) generation << 40 | (long) slot << 16;
  }

  /** A submission's value: the target's handle with the kind and tag of this operation. */
  public static long of(long handle, OpKind kind, int tag) {
    return handle | (long) kind.ordinal() << 8 | tag;
  }

  public static int slot(long userData) {
    return (int) (userData >>> 16) & (MAX_SLOTS - 1);
  }

  public static int generation(long userData) {
    return (int) (userData >>> 40);
  }

  public static int kind(long userData) {
    return (int) (userData >>> 8) & 0xff;
  }

  public static int tag(long userData) {
    return (int) userData & 0xff;
  }
}
