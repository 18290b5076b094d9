package dev.millrace.http.http1;

import dev.millrace.config.Settings.TransportChoice;

class NioHostileInputTest extends HostileInputContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
