package dev.millrace.content.checksum;

import dev.millrace.config.Settings.TransportChoice;

class UringIntegrityTest extends IntegrityContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
