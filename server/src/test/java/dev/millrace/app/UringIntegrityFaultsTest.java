package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringIntegrityFaultsTest extends IntegrityFaultsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
