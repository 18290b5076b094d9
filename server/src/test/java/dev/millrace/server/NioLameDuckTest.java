package dev.millrace.server;

import dev.millrace.transport.TransportChoice;

class NioLameDuckTest extends LameDuckContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
