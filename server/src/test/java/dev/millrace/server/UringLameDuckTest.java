package dev.millrace.server;

import dev.millrace.transport.TransportChoice;

class UringLameDuckTest extends LameDuckContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
