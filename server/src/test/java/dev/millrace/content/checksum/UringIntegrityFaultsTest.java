package dev.millrace.content.checksum;

import dev.millrace.transport.TransportChoice;

class UringIntegrityFaultsTest extends IntegrityFaultsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
