package dev.millrace.loop;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A slow turn. Committed at its end if the event is enabled; disabled by default. */
@Name("dev.millrace.SlowTurn")
@Label("Slow Turn")
@Category("Millrace")
@Description("A turn of the loop that took 10 ms or longer")
@Enabled(false)
@StackTrace(false)
final class SlowTurn extends Event {
  /** Minimum duration of an event. */
  static final long NANOS = 10_000_000;

  @Label("Busy")
  @Timespan(Timespan.NANOSECONDS)
  long busy;

  @Label("Completions")
  int completions;

  static void note(long nanos, int completions) {
    SlowTurn event = new SlowTurn();
    if (event.isEnabled()) {
      event.busy = nanos;
      event.completions = completions;
      event.commit();
    }
  }
}
