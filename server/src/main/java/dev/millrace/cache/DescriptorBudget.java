package dev.millrace.cache;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The answers whose files are open: asking an open file whether it has changed costs one call,
 * finding it again three. As many as are allowed, a quarter of the places being for those that
 * cannot be given without; and one more, until there is another. Loop thread only.
 */
final class DescriptorBudget {
  private final int most;
  private final long validNanos;

  /** In the order of their opening; also some that are open no more, or were opened again since. */
  private final ArrayDeque<CachedResponse> order = new ArrayDeque<>();

  private @Nullable CachedResponse overflowEntry;
  private int count;

  DescriptorBudget(int most, long validNanos) {
    this.most = most;
    this.validNanos = validNanos;
  }

  /** Whether there is room for one that cannot be given without its file. */
  boolean hasRoom() {
    return count < most;
  }

  /** The file of an answer, which was not here, has been opened. */
  void add(CachedResponse answer) {
    if (count < (answer.isRenewable() ? most - most / 4 : most)) {
      count++;
      order.add(answer);
      return;
    }
    CachedResponse before = overflowEntry;
    if (before != null) {
      before.letGo();
    }
    overflowEntry = answer;
  }

  /** Whether its file is open, and its path was resolved not too long ago. */
  boolean isValid(CachedResponse answer, long turn) {
    return answer.isOpen() && turn - answer.file().openedNanos() <= validNanos;
  }

  /** Closes the file of an answer. */
  void letGo(CachedResponse answer) {
    if (answer == overflowEntry) {
      overflowEntry = null;
    } else if (answer.isOpen()) {
      count--;
    }
    answer.letGo();
  }

  /** One whose file has been open for too long, or null. */
  @Nullable CachedResponse stale(long turn) {
    CachedResponse first = order.peek();
    while (first != null && !first.isOpen()) {
      order.remove();
      first = order.peek();
    }
    return first == null || isValid(first, turn) ? null : order.remove();
  }
}
