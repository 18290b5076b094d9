package dev.millrace.config;

import dev.millrace.transport.TransportChoice;

class NioHostsTest extends HostsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
