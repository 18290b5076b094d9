package dev.millrace.server;

import dev.millrace.transport.TransportChoice;

class UringAddressesTest extends AddressesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
