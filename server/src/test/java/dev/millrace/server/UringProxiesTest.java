package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class UringProxiesTest extends ProxiesContract {
  @Override
  TransportChoice choice() {
    return TransportChoice.URING;
  }
}
