package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringGateTest extends GateContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
