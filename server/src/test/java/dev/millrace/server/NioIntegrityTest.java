package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class NioIntegrityTest extends IntegrityContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
