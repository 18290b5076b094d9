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

  /** The same without some operations: what an older kernel would say. */
  public Features without(OpKind... missing) {
    Set<OpKind> rest = new java.util.HashSet<>(operations);
    rest.removeAll(Set.of(missing));
    return new Features(rest, deferredTaskRun, registeredRing);
  }

  static UnsupportedOperationException unsupported(OpKind kind) {
    return new UnsupportedOperationException(
        "IORING_OP_"
            + kind
            + " is not to be had on Linux "
            + System.getProperty("os.version")
            + "; it came with "
            + kind.since()
            + " (ask features().supports first)");
  }
}
