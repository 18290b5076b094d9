package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioValidatorsTest extends ValidatorsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
