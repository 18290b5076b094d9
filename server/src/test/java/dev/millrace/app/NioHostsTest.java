package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioHostsTest extends HostsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
