package dev.millrace.files;

import org.jspecify.annotations.Nullable;

/** The root that paths are looked up beneath now, as one event thread has it. */
final class PresentRoot {
  private @Nullable Root root;
  private int generation;

  /**
   * Replaces it and releases the one before.
   *
   * @param next held for this object, or null for none
   */
  void set(@Nullable Root next) {
    Root before = root;
    root = next;
    generation++;
    if (before != null) {
      before.release();
    }
  }

  /** The root, or null if there is none at present. */
  @Nullable Root get() {
    return root;
  }

  /** Another number for another root. */
  int generation() {
    return generation;
  }
}
