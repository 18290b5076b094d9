package dev.millrace.uring;

import java.util.Optional;
import java.util.Set;

/**
 * The sizes of a ring, and what it may do.
 *
 * @param submissionEntries entries of the submission queue, a power of two. A full queue is
 *     submitted and refilled, so this limits a batch, not the operations in flight.
 * @param completionEntries entries of the completion queue, a power of two. The kernel keeps
 *     completions that do not fit and counts an overflow.
 * @param workerThreads maximum of kernel worker threads for blocking operations, per kind
 * @param operations that the ring may submit; empty for all
 */
public record RingConfig(
    int submissionEntries, int completionEntries, int workerThreads, Set<OpKind> operations) {
  /**
   * For servers: 1024 submissions per batch, 16384 completions, 256 worker threads. The kernel
   * starts a thread when all others wait, so they are many only while a file system hangs.
   */
  public static final RingConfig DEFAULT = new RingConfig(1024, 16384, 256);

  private static final int LEAST_SUBMISSIONS = 64;

  /** A ring that may submit all operations. */
  public RingConfig(int submissionEntries, int completionEntries, int workerThreads) {
    this(submissionEntries, completionEntries, workerThreads, Set.of());
  }

  public RingConfig {
    operations = Set.copyOf(operations);
    if (Integer.bitCount(submissionEntries) != 1 || Integer.bitCount(completionEntries) != 1) {
      throw new IllegalArgumentException(
          "submissionEntries and completionEntries must be powers of two: "
              + submissionEntries
              + ", "
              + completionEntries);
    }
    if (completionEntries < submissionEntries) {
      throw new IllegalArgumentException(
          "completionEntries must not be less than submissionEntries: "
              + completionEntries
              + " < "
              + submissionEntries);
    }
    if (workerThreads < 1) {
      throw new IllegalArgumentException("workerThreads must be at least 1: " + workerThreads);
    }
  }

  /**
   * This configuration for a ring in which the kernel refuses all other operations with EACCES
   * (IORING_REGISTER_RESTRICTIONS), so that a defect cannot do more with it.
   */
  public RingConfig restrictedTo(OpKind... operations) {
    return new RingConfig(submissionEntries, completionEntries, workerThreads, Set.of(operations));
  }

  /** This configuration with queues of half the size, or empty if too small for a server. */
  public Optional<RingConfig> halved() {
    return submissionEntries / 2 < LEAST_SUBMISSIONS
        ? Optional.empty()
        : Optional.of(
            new RingConfig(
                submissionEntries / 2, completionEntries / 2, workerThreads, operations));
  }
}
