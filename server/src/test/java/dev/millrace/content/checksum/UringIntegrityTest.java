package dev.millrace.content.checksum;

import dev.millrace.transport.TransportChoice;

class UringIntegrityTest extends IntegrityContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
