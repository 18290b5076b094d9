package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioIntegrityFaultsTest extends IntegrityFaultsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
