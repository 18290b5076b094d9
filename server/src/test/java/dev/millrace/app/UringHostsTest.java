package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringHostsTest extends HostsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
