package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringClientsTest extends ClientsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
