package dev.millrace.server;

import dev.millrace.transport.TransportChoice;

class NioProxiesTest extends ProxiesContract {
  @Override
  TransportChoice choice() {
    return TransportChoice.NIO;
  }
}
