package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioGateTest extends GateContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
