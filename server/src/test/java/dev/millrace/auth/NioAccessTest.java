package dev.millrace.auth;

import dev.millrace.transport.TransportChoice;

class NioAccessTest extends AccessContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
