package dev.millrace.loop;

/** An owner of operations. Called on the loop thread, never re-entrantly. */
@FunctionalInterface
public interface CompletionTarget {
  /**
   * One of this target's operations completed, or a multishot operation produced a completion.
   *
   * @param tag the target's own number for the operation
   * @param result bytes, a descriptor or zero; or {@code -errno}
   * @param flags {@code IORING_CQE_F_*}
   */
  void completed(int tag, int result, int flags);

  /**
   * The loop is about to close. Cancels this target's operations in flight, once, unless it has
   * already ended them. Called again after completions, and regularly, until it returns false.
   *
   * @return whether the loop must wait for a completion of this target
   */
  default boolean cancelForClose() {
    return false;
  }
}
