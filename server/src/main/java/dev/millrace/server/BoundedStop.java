package dev.millrace.server;

import dev.millrace.sync.ResetEvent;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs the steps of a stop one after another, within one deadline for all of them; after the
 * deadline each step still gets {@link #LATE_STEP}. Each step runs on its own daemon thread,
 * because a thread that hangs in write(2) to a full pipe, or in a read from a hanging file system,
 * can be neither interrupted nor joined. A step that does not end is logged and abandoned; its
 * thread ends with the process.
 *
 * <p>Not thread-safe.
 */
public final class BoundedStop {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /** Time for a step after the deadline, so that only steps that hang are abandoned. */
  static final Duration LATE_STEP = Duration.ofMillis(250);

  private final long deadlineNanos;

  /**
   * @param max time for all steps together
   */
  public BoundedStop(Duration max) {
    this.deadlineNanos = System.nanoTime() + max.toNanos();
  }

  /** The time until the deadline; not negative. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
  }

  /**
   * Runs a step.
   *
   * @param what the part to stop, for the log
   * @return false if the step was abandoned
   */
  public boolean step(String what, Runnable task) {
    ResetEvent ended = new ResetEvent();
    var _ =
        Thread.ofPlatform()
            .daemon()
            .name("millrace-stop")
            .start(() -> {
              try {
                task.run();
              } catch (RuntimeException | Error failed) {
                LOG.log(Level.SEVERE, "stop: " + what + " failed", failed);
              } finally {
                ended.set();
              }
            });
    Duration left = left();
    if (ended.timedAwait(left.compareTo(LATE_STEP) < 0 ? LATE_STEP : left)) {
      return true;
    }
    LOG.log(Level.WARNING, "stop: {0} did not end in time and is abandoned", what);
    return false;
  }
}
