package dev.millrace.uring.sim;

/**
 * How often the simulated kernel shows rare behaviour. Chances are per operation, from 0 to 1.
 *
 * @param shortTransfers chance that a read, write, send or receive transfers fewer bytes than
 *     possible
 * @param errors chance that an operation fails with an error number typical of its kind
 * @param multishotEnds chance that a multishot operation ends without an error after a completion
 * @param lostWakeups chance that a futex wakeup arrives {@link #LOST_NANOS} late
 * @param interrupts chance that a wait returns early without a completion
 * @param sendBufferBytes size of the send buffers of accepted sockets, 0 for the kernel's; only for
 *     a ring over the system's descriptors
 * @param maxDelayNanos maximum duration of an operation; operations in flight complete in any order
 *     within it
 */
public record Faults(
    double shortTransfers,
    double errors,
    double multishotEnds,
    double lostWakeups,
    double interrupts,
    int sendBufferBytes,
    long maxDelayNanos) {
  /** Delay of a lost wakeup, in simulated time. */
  public static final long LOST_NANOS = 1_000_000_000L;

  /** A perfect kernel: complete transfers, no errors, almost no delay. */
  public static final Faults NONE = new Faults(0, 0, 0, 0, 0, 0, 1_000);

  /** Reordered and often shortened operations, but no errors. */
  public static final Faults UNRULY = new Faults(0.5, 0, 0.3, 0.2, 0.2, 0, 1_000_000);

  /** Often shortened operations, and some errors. */
  public static final Faults HARSH = new Faults(0.4, 0.03, 0.3, 0.2, 0.2, 0, 1_000_000);

  public Faults {
    for (double chance :
        new double[] {shortTransfers, errors, multishotEnds, lostWakeups, interrupts}) {
      if (!(chance >= 0 && chance <= 1)) {
        throw new IllegalArgumentException("chances must be 0 to 1: " + chance);
      }
    }
    if (maxDelayNanos < 1) {
      throw new IllegalArgumentException("maxDelayNanos must be at least 1: " + maxDelayNanos);
    }
  }
}
