package dev.millrace.config;

import dev.millrace.config.Settings.TransportChoice;

class UringHostsTest extends HostsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
