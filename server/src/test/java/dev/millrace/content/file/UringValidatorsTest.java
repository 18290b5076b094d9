package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class UringValidatorsTest extends ValidatorsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
