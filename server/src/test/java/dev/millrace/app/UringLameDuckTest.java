package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringLameDuckTest extends LameDuckContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
