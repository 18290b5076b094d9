package dev.millrace.uring;

/**
 * The 64-bit user data of a submission, which its completions carry.
 *
 * <pre>
 *  63          40 39          16 15     8 7      0
 * +--------------+--------------+--------+--------+
 * |  generation  |     slot     |  kind  |  tag   |
 * +--------------+--------------+--------+--------+
 * </pre>
 *
 * <p>The slot finds the target in the loop's table. The generation distinguishes the slot's current
 * owner from earlier ones, whose late completions are dropped. The kind is an {@link OpKind}
 * ordinal. The tag is a small number by which the target distinguishes its own operations.
 */
public final class UserData {
  /** Slots are less than this. */
  public static final int MAX_SLOTS = 1 << 24;

  /** Generations wrap around here. */
  public static final int GENERATION_MASK = (1 << 24) - 1;

  private UserData() {}

  /** A target's handle: generation and slot, with kind and tag zero. */
  public static long handle(int slot, int generation) {
    return (long) generation << 40 | (long) slot << 16;
  }

  /** The user data of a submission: the target's handle with the operation's kind and tag. */
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
