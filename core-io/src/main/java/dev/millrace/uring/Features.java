package dev.millrace.uring;

import java.util.Set;

/**
 * What the kernel under a ring can do, as probed when it was set up.
 *
 * @param operations the kinds that may be submitted
 * @param deferredTaskRun completions are worked off in the loop's own enter call (6.1), not by
 *     interrupting it
 * @param registeredRing enter calls spare the look-up of the ring's descriptor
 */
public record Features(Set<OpKind> operations, boolean deferredTaskRun, boolean registeredRing) {
  public Features {
    operations = Set.copyOf(operations);
  }

  /** Whether this kind may be submitted. */
  public boolean supports(OpKind kind) {
    return operations.contains(kind);
  }
}
