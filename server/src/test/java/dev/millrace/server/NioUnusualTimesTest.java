package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class NioUnusualTimesTest extends UnusualTimesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
