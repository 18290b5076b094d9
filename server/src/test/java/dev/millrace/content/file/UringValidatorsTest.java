package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class UringValidatorsTest extends ValidatorsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
