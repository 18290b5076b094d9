package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioIntegrityTest extends IntegrityContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
