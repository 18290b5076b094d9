package dev.millrace.uring;

import dev.millrace.uring.RingUnavailableException.Reason;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds the largest ring that the limit on locked memory leaves room for.
 *
 * <p>Linux counts queues and provided buffers' rings (since 6.14 all of them) against
 * RLIMIT_MEMLOCK, unless the process has CAP_IPC_LOCK: one sum for all processes of the user, which
 * each compares with its own limit. How much is left can therefore not be computed, only tried. And
 * what a closed ring held is given back some milliseconds after it was closed, hence the waits.
 */
public final class RingSizes {
  private static final long GIVEN_BACK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int TRIES_OF_THE_LEAST = 20;

  private RingSizes() {}

  /** Opens a ring, and whatever belongs to it. */
  @FunctionalInterface
  public interface Opener<T> {
    /** Opens all of it, or leaves nothing open. */
    T open(RingConfig config) throws RingUnavailableException;
  }

  /**
   * What was opened.
   *
   * @param refusal why it is smaller than asked for, and how to change that, if it is
   */
  public record Opened<T>(T value, RingConfig config, Optional<RingUnavailableException> refusal) {}

  /**
   * Opens with the size that is asked for, or with half and half again while memory is what is
   * missing. May sleep.
   *
   * @throws RingUnavailableException if nothing smaller helps; it is about the size asked for
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
