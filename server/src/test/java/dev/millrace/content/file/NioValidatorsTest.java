package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class NioValidatorsTest extends ValidatorsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
