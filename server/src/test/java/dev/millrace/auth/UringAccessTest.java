package dev.millrace.auth;

import dev.millrace.transport.TransportChoice;

class UringAccessTest extends AccessContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
