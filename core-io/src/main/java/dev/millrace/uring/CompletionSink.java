package dev.millrace.uring;

/** Receives completions from {@link Ring#reap}. Called on the ring's thread. */
@FunctionalInterface
public interface CompletionSink {
  /**
   * @param userData as submitted
   * @param result bytes, a descriptor or zero; or {@code -errno}
   * @param flags {@code IORING_CQE_F_*}; see {@link Ring#hasMore} and {@link Ring#bufferId}
   */
  void completed(long userData, int result, int flags);
}
