package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringProxiesTest extends ProxiesContract {
  @Override
  TransportChoice choice() {
    return TransportChoice.URING;
  }
}
