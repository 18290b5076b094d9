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
}
