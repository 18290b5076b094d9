package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioProxiesTest extends ProxiesContract {
  @Override
  TransportChoice choice() {
    return TransportChoice.NIO;
  }
}
