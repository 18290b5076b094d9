package dev.millrace.loop;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** An operation that took long. Noted when it completes; off unless asked for. */
@Name("dev.millrace.SlowOperation")
@Label("Slow Operation")
@Category("Millrace")
@Description("An operation that completed 10 ms or longer after its submission")
@Enabled(false)
@StackTrace(false)
final class SlowOperation extends Event {
  /** Faster ones are not noted. */
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
