package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioAddressesTest extends AddressesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
