package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class NioValidatorsTest extends ValidatorsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
