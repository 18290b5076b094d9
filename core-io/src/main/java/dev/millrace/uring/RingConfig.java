package dev.millrace.uring;

import java.util.Optional;

/**
 * How large a ring is.
 *
 * @param submissionEntries entries of the submission queue, a power of two; a full queue is
 *     submitted and refilled, so this bounds a batch and not the number of operations in flight
 * @param completionEntries entries of the completion queue, a power of two; what does not fit is
 *     kept by the kernel and counted as an overflow
 * @param workerThreads most kernel worker threads for operations that block, per kind
 */
public record RingConfig(int submissionEntries, int completionEntries, int workerThreads) {
  /** Fit for a server: 1024 submissions a batch, 16384 completions. */
  public static final RingConfig DEFAULT = new RingConfig(1024, 16384, 4);

  private static final int LEAST_SUBMISSIONS = 64;

  public RingConfig {
    if (Integer.bitCount(submissionEntries) != 1 || Integer.bitCount(completionEntries) != 1) {
      throw new IllegalArgumentException(
          "queue sizes are powers of two: " + submissionEntries + ", " + completionEntries);
    }
    if (completionEntries < submissionEntries) {
      throw new IllegalArgumentException(
          "the completion queue is no smaller than the submission queue: "
              + completionEntries
              + " < "
              + submissionEntries);
    }
    if (workerThreads < 1) {
      throw new IllegalArgumentException("at least one kernel worker thread: " + workerThreads);
    }
  }

  /** The same with queues of half the size, unless they would be too small for a server. */
  public Optional<RingConfig> halved() {
    return submissionEntries / 2 < LEAST_SUBMISSIONS
        ? Optional.empty()
        : Optional.of(new RingConfig(submissionEntries / 2, completionEntries / 2, workerThreads));
  }
}
