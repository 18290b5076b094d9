package dev.millrace.content.checksum;

import dev.millrace.transport.TransportChoice;

class NioIntegrityTest extends IntegrityContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
