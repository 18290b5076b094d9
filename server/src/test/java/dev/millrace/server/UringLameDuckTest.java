package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class UringLameDuckTest extends LameDuckContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
