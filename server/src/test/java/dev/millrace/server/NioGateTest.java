package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class NioGateTest extends GateContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
