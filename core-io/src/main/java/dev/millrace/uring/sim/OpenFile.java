package dev.millrace.uring.sim;

/**
 * What a descriptor refers to. Operations in flight hold on to it too, so that closing the
 * descriptor ends it only when they have.
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

  /** Nobody refers to it any more. */
  abstract void ended();
}
