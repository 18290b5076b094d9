package dev.millrace.uring;

import dev.millrace.uring.RingUnavailableException.Reason;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds the largest ring that the limit on locked memory allows.
 *
 * <p>Linux counts queues and the rings of provided buffers (since 6.14 all of them) against
 * RLIMIT_MEMLOCK, unless the process has CAP_IPC_LOCK. The sum covers all processes of the user,
 * and each compares it with its own limit. So the remaining memory cannot be computed, only tried.
 * The memory of a closed ring is released some milliseconds after the close, hence the waits.
 */
public final class RingSizes {
  private static final long GIVEN_BACK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int TRIES_OF_THE_LEAST = 20;

  private RingSizes() {}

  /** Opens a ring and its resources. */
  @FunctionalInterface
  public interface Opener<T> {
    /** Opens all resources or none. */
    T open(RingConfig config) throws RingUnavailableException;
  }

  /**
   * The opened resources.
   *
   * @param refusal why the ring is smaller than requested, and how to change that; empty if it is
   *     not
   */
  public record Opened<T>(T value, RingConfig config, Optional<RingUnavailableException> refusal) {}

  /**
   * Opens with the requested sizes; while memory is short, halves them and retries. May sleep.
   *
   * @throws RingUnavailableException about the requested sizes, if no smaller size helps
   */
  public static <T> Opened<T> largest(RingConfig wanted, Opener<T> opener)
      throws RingUnavailableException {
    RingUnavailableException first;
    try {
      return new Opened<>(opener.open(wanted), wanted, Optional.empty());
    } catch (RingUnavailableException refused) {
      if (refused.reason() != Reason.MEMORY) {
        throw refused;
      }
      first = refused;
    }
    RingConfig config = wanted;
    int left = TRIES_OF_THE_LEAST;
    while (left > 0) {
      Optional<RingConfig> smaller = config.halved();
      if (smaller.isPresent()) {
        config = smaller.get();
      } else {
        left--;
      }
      LockSupport.parkNanos(GIVEN_BACK_NANOS);
      try {
        return new Opened<>(opener.open(config), config, Optional.of(first));
      } catch (RingUnavailableException refused) {
        if (refused.reason() != Reason.MEMORY) {
          throw refused;
        }
      }
    }
    throw first;
  }
}
