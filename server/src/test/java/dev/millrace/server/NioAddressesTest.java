package dev.millrace.server;

import dev.millrace.transport.TransportChoice;

class NioAddressesTest extends AddressesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
