package dev.millrace.files;

import org.jspecify.annotations.Nullable;

/** A loop thread's current root. */
final class PresentRoot {
  private @Nullable Root root;
  private int generation;

  /**
   * Replaces the root and releases the previous one.
   *
   * @param next a hold that this object releases, or null for none
   */
  void set(@Nullable Root next) {
    Root before = root;
    root = next;
    generation++;
    if (before != null) {
      before.release();
    }
  }

  @Nullable Root get() {
    return root;
  }

  /** A number that changes with the root. */
  int generation() {
    return generation;
  }
}
