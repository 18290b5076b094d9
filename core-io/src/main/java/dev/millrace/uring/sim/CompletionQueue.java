package dev.millrace.uring.sim;

import java.util.ArrayDeque;

/** Completions in the order in which they were posted; those that do not fit wait behind them. */
final class CompletionQueue {
  record Completion(long userData, int result, int flags) {}

  private final int capacity;
  private final ArrayDeque<Completion> completions = new ArrayDeque<>();
  private final ArrayDeque<Completion> overflow = new ArrayDeque<>();

  CompletionQueue(int capacity) {
    this.capacity = capacity;
  }

  void post(long userData, int result, int flags) {
    Completion completion = new Completion(userData, result, flags);
    if (overflow.isEmpty() && completions.size() < capacity) {
      completions.add(completion);
    } else {
      overflow.add(completion);
    }
  }

  /** Moves completions that fit now. */
  void flushOverflow() {
    while (!overflow.isEmpty() && completions.size() < capacity) {
      completions.add(overflow.remove());
    }
  }

  boolean isOverflowing() {
    return !overflow.isEmpty();
  }

  int size() {
    return completions.size();
  }

  Completion remove() {
    return completions.remove();
  }
}
