package dev.millrace.content.checksum;

import dev.millrace.config.Settings.TransportChoice;

class UringIntegrityFaultsTest extends IntegrityFaultsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
