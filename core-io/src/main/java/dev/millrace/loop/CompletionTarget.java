package dev.millrace.loop;

/** An owner of operations. Called on the loop's thread, never re-entered by the loop. */
@FunctionalInterface
public interface CompletionTarget {
  /**
   * One of this target's operations completed, or a multishot one went a step.
   *
   * @param tag the target's own number for the operation
   * @param result bytes, a descriptor or zero; or {@code -errno}
   * @param flags {@code IORING_CQE_F_*}
   */
  void completed(int tag, int result, int flags);

  /**
   * The loop is about to close. Cancels what this target has in flight, once, where it has not
   * ended that itself. Called again after completions, until it returns false.
   *
   * @return whether the loop must wait for a completion of this target's
   */
  default boolean cancelForClose() {
    return false;
  }
}
