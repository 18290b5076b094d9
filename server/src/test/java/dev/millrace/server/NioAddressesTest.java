package dev.millrace.server;

class NioAddressesTest extends AddressesContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
