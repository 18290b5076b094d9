package dev.millrace.loop;

import dev.millrace.uring.UserData;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds a completion's target by slot, and distinguishes the slot's owner from earlier ones by
 * generation. Also stores when each operation was submitted. Loop thread only.
 */
final class SlotTable {
  /** Operations that one target may have in flight at once, distinguished by tag. */
  static final int TAGS = 16;

  private @Nullable CompletionTarget[] targets = new CompletionTarget[256];
  private int[] generations = new int[256];
  private int[] freeSlots = new int[256];
  private long[] submittedNanos = new long[256 * TAGS];
  private int freeCount;
  private int used;

  long add(CompletionTarget target) {
    int slot = freeCount > 0 ? freeSlots[--freeCount] : grow();
    targets[slot] = target;
    return UserData.handle(slot, generations[slot]);
  }

  void remove(long handle) {
    int slot = UserData.slot(handle);
    if (generations[slot] != UserData.generation(handle) || targets[slot] == null) {
      throw new IllegalStateException("slot " + slot + " is already released");
    }
    targets[slot] = null;
    generations[slot] = (generations[slot] + 1) & UserData.GENERATION_MASK;
    freeSlots[freeCount++] = slot;
  }

  /** The target that submitted the operation, or null if it was released. */
  @Nullable CompletionTarget find(long userData) {
    int slot = UserData.slot(userData);
    if (slot >= used || generations[slot] != UserData.generation(userData)) {
      return null;
    }
    return targets[slot];
  }

  void submitted(long userData, long nanos) {
    submittedNanos[UserData.slot(userData) * TAGS + UserData.tag(userData)] = nanos;
  }

  long submittedNanos(long userData) {
    return submittedNanos[UserData.slot(userData) * TAGS + UserData.tag(userData)];
  }

  /** Visits the targets; may miss those added during the visit. */
  void forEach(Consumer<CompletionTarget> visitor) {
    for (int slot = 0; slot < used; slot++) {
      CompletionTarget target = targets[slot];
      if (target != null) {
        visitor.accept(target);
      }
    }
  }

  /** Number of slots in use. */
  int size() {
    return used - freeCount;
  }

  private int grow() {
    if (used == targets.length) {
      int larger = used * 2;
      if (larger > UserData.MAX_SLOTS) {
        throw new IllegalStateException("more than " + UserData.MAX_SLOTS + " targets");
      }
      targets = Arrays.copyOf(targets, larger);
      generations = Arrays.copyOf(generations, larger);
      freeSlots = Arrays.copyOf(freeSlots, larger);
      submittedNanos = Arrays.copyOf(submittedNanos, larger * TAGS);
    }
    return used++;
  }
}
