package dev.millrace.config;

import dev.millrace.config.Settings.TransportChoice;

class NioHostsTest extends HostsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
