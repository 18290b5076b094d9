package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class NioAddressesTest extends AddressesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
