package dev.millrace.uring.sim;

/**
 * The object behind a descriptor. Operations in flight also hold it, so it ends when the descriptor
 * is closed and they have completed.
 */
abstract class OpenFile {
  private int holders = 1;

  final void hold() {
    holders++;
  }

  final void letGo() {
    if (--holders == 0) {
      ended();
    }
  }

  /** Called when the last holder is gone. */
  abstract void ended();
}
