package dev.millrace.http.http1;

import dev.millrace.config.Settings.TransportChoice;

class UringHostileInputTest extends HostileInputContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
