package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class NioProxiesTest extends ProxiesContract {
  @Override
  TransportChoice choice() {
    return TransportChoice.NIO;
  }
}
