package dev.millrace.sync.jcstress;

import java.time.Duration;

/** How long a wait may take before it counts as a lost wake-up. */
final class Patience {
  /** Far above anything a loaded machine does to a thread. */
  static final Duration LONG = Duration.ofSeconds(30);

  /** About as long as a wake-up takes, so that deadlines and wakes meet. */
  static final Duration BRIEF = Duration.ofNanos(20_000);

  /** The value that stands for a wait that was not ended in time. */
  static final int LOST = -1;

  private Patience() {}
}
