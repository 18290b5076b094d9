package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringRangesTest extends RangesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
