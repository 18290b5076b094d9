package dev.millrace.config;

import dev.millrace.transport.TransportChoice;

class UringHostsTest extends HostsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
