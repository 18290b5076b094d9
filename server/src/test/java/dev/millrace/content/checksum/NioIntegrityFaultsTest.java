package dev.millrace.content.checksum;

import dev.millrace.config.Settings.TransportChoice;

class NioIntegrityFaultsTest extends IntegrityFaultsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
