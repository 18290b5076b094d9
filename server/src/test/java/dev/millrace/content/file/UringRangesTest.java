package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class UringRangesTest extends RangesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
