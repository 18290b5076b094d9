package dev.millrace.cache;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The cached responses whose files are open. Validating an open file takes one system call, opening
 * it again takes three. The number of open files is bounded; a quarter is reserved for responses
 * that are not renewable. One more file, the overflow entry, stays open until the next one replaces
 * it. Loop thread only.
 */
final class DescriptorBudget {
  private final int maxOpen;
  private final long validNanos;

  /** In the order of opening. May contain responses that were closed, or opened again, since. */
  private final ArrayDeque<CachedResponse> order = new ArrayDeque<>();

  private @Nullable CachedResponse overflowEntry;
  private int count;

  DescriptorBudget(int maxOpen, long validNanos) {
    this.maxOpen = maxOpen;
    this.validNanos = validNanos;
  }

  /** Whether a response that is not renewable can be added. */
  boolean hasRoom() {
    return count < maxOpen;
  }

  /** Adds a response whose file was just opened. */
  void add(CachedResponse response) {
    if (count < (response.isRenewable() ? maxOpen - maxOpen / 4 : maxOpen)) {
      count++;
      order.add(response);
      return;
    }
    CachedResponse before = overflowEntry;
    if (before != null) {
      before.letGo();
    }
    overflowEntry = response;
  }

  /** Whether the file is open and its path was resolved recently enough. */
  boolean isValid(CachedResponse response, long turn) {
    return response.isOpen() && turn - response.file().openedNanos() <= validNanos;
  }

  void letGo(CachedResponse response) {
    if (response == overflowEntry) {
      overflowEntry = null;
    } else if (response.isOpen()) {
      count--;
    }
    response.letGo();
  }

  /** Removes and returns a response whose file has been open for too long, or null. */
  @Nullable CachedResponse stale(long turn) {
    CachedResponse first = order.peek();
    while (first != null && !first.isOpen()) {
      order.remove();
      first = order.peek();
    }
    return first == null || isValid(first, turn) ? null : order.remove();
  }
}
