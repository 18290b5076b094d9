package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class NioValidatorsTest extends ValidatorsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
