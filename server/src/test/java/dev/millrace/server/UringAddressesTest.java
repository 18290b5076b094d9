package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class UringAddressesTest extends AddressesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
