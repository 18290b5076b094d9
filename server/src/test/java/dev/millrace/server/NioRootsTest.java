package dev.millrace.server;

import dev.millrace.transport.TransportChoice;

class NioRootsTest extends RootsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
