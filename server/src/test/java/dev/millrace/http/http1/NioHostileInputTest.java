package dev.millrace.http.http1;

import dev.millrace.transport.TransportChoice;

class NioHostileInputTest extends HostileInputContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
