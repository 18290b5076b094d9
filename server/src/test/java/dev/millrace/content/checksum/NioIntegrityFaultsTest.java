package dev.millrace.content.checksum;

import dev.millrace.transport.TransportChoice;

class NioIntegrityFaultsTest extends IntegrityFaultsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
