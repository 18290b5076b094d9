package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioRangesTest extends RangesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
