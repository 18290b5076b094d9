package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class UringGateTest extends GateContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
