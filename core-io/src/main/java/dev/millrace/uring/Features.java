package dev.millrace.uring;

import java.util.Set;

/**
 * The capabilities of the kernel under a ring, probed at its setup.
 *
 * @param operations kinds that may be submitted
 * @param deferredTaskRun whether completions are processed in the loop's own enter call (6.1)
 *     instead of interrupting it
 * @param registeredRing whether enter calls skip the lookup of the ring's descriptor
 */
public record Features(Set<OpKind> operations, boolean deferredTaskRun, boolean registeredRing) {
  public Features {
    operations = Set.copyOf(operations);
  }

  public boolean supports(OpKind kind) {
    return operations.contains(kind);
  }

  /** These features without some operations, as of an older kernel. */
  public Features without(OpKind... missing) {
    Set<OpKind> rest = new java.util.HashSet<>(operations);
    rest.removeAll(Set.of(missing));
    return new Features(rest, deferredTaskRun, registeredRing);
  }

  static UnsupportedOperationException unsupported(OpKind kind) {
    return new UnsupportedOperationException(
        "IORING_OP_"
            + kind
            + " is not available on Linux "
            + System.getProperty("os.version")
            + "; it requires Linux "
            + kind.since()
            + " (check features().supports first)");
  }
}
