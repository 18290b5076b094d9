package dev.millrace.content.checksum;

import dev.millrace.config.Settings.TransportChoice;

class NioIntegrityTest extends IntegrityContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
