package dev.millrace.loop;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A slow operation. Committed at its completion if the event is enabled; disabled by default. */
@Name("dev.millrace.SlowOperation")
@Label("Slow Operation")
@Category("Millrace")
@Description("An operation that completed 10 ms or longer after its submission")
@Enabled(false)
@StackTrace(false)
final class SlowOperation extends Event {
  /** Minimum latency of an event. */
  static final long NANOS = 10_000_000;

  @Label("Operation")
  String operation = "";

  @Label("Latency")
  @Timespan(Timespan.NANOSECONDS)
  long latency;

  static void note(String operation, long nanos) {
    SlowOperation event = new SlowOperation();
    if (event.isEnabled()) {
      event.operation = operation;
      event.latency = nanos;
      event.commit();
    }
  }
}
