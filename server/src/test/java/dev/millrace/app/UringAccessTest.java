package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringAccessTest extends AccessContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
