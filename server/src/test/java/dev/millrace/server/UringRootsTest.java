package dev.millrace.server;

import dev.millrace.transport.TransportChoice;

class UringRootsTest extends RootsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
