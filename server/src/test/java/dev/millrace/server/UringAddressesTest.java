package dev.millrace.server;

class UringAddressesTest extends AddressesContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
