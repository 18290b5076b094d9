package dev.millrace.uring.sim;

/**
 * How often the simulated kernel does what a real one does rarely. Chances are per operation, from
 * 0 to 1.
 *
 * @param shortTransfers reads, writes, sends and receives that move fewer bytes than they could
 * @param errors operations that fail with an error number fit for their kind
 * @param multishotEnds completions after which a multishot operation ends without an error
 * @param lostWakeups futex wake-ups that arrive only {@link #LOST_NANOS} later
 * @param interrupts waits that return early with nothing
 * @param maxDelayNanos longest time that an operation takes; what is in flight together completes
 *     in any order within it
 */
public record Faults(
    double shortTransfers,
    double errors,
    double multishotEnds,
    double lostWakeups,
    double interrupts,
    long maxDelayNanos) {
  /** How late a lost wake-up is recovered, in simulated time. */
  public static final long LOST_NANOS = 1_000_000_000L;

  /** A kernel on its best day: in order of time, whole, without errors. */
  public static final Faults NONE = new Faults(0, 0, 0, 0, 0, 1_000);

  /** Everything is reordered and much is cut short, but nothing fails. */
  public static final Faults UNRULY = new Faults(0.5, 0, 0.3, 0.2, 0.2, 1_000_000);

  /** Much is cut short, and some of it fails. */
  public static final Faults HARSH = new Faults(0.4, 0.03, 0.3, 0.2, 0.2, 1_000_000);

  public Faults {
    for (double chance :
        new double[] {shortTransfers, errors, multishotEnds, lostWakeups, interrupts}) {
      if (!(chance >= 0 && chance <= 1)) {
        throw new IllegalArgumentException("a chance is from 0 to 1: " + chance);
      }
    }
    if (maxDelayNanos < 1) {
      throw new IllegalArgumentException("time passes: " + maxDelayNanos);
    }
  }
}
