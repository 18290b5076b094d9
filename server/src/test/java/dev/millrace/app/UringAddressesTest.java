package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringAddressesTest extends AddressesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
