package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringIntegrityTest extends IntegrityContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
