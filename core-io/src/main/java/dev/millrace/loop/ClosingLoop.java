package dev.millrace.loop;

import dev.millrace.uring.CompletionSink;
import dev.millrace.uring.Ring;
import dev.millrace.uring.UserData;
import java.util.HashSet;
import java.util.Set;

/**
 * Ends the operations in flight before a loop's ring closes; otherwise the kernel could still write
 * to memory after its owner reuses it.
 */
final class ClosingLoop {
  /** Maximum wait for operations to end. */
  private static final long JOIN_NANOS = 5_000_000_000L;

  /** Targets that give up waiting before that do so this late at most. */
  private static final long CHECK_NANOS = 100_000_000L;

  private static final int BATCH = 1024;

  private ClosingLoop() {}

  /**
   * Makes targets cancel their operations and waits for the last completions of those that did;
   * completions of other targets are dropped. Loop thread.
   */
  static void join(Ring ring, SlotTable slots, LoopStats stats) {
    Set<CompletionTarget> closing = new HashSet<>();
    CompletionSink sink =
        (userData, result, flags) -> {
          CompletionTarget target = slots.find(userData);
          if (target != null && closing.contains(target)) {
            target.completed(UserData.tag(userData), result, flags);
          } else {
            stats.stale();
          }
        };
    long deadline = ring.nanoTime() + JOIN_NANOS;
    while (findClosing(slots, closing)) {
      if (ring.nanoTime() - deadline > 0) {
        throw new IllegalStateException("timeout waiting for the last completions of " + closing);
      }
      ring.submitAndWait(1, CHECK_NANOS);
      ring.reap(sink, BATCH);
    }
  }

  private static boolean findClosing(SlotTable slots, Set<CompletionTarget> closing) {
    closing.clear();
    slots.forEach(target -> {
      if (target.cancelForClose()) {
        closing.add(target);
      }
    });
    return !closing.isEmpty();
  }
}
