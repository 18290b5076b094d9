package dev.millrace.server;

import dev.millrace.transport.TransportChoice;

class UringProxiesTest extends ProxiesContract {
  @Override
  TransportChoice choice() {
    return TransportChoice.URING;
  }
}
