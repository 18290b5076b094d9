package dev.millrace.http.http1;

import dev.millrace.transport.TransportChoice;

class UringHostileInputTest extends HostileInputContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
