package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class UringValidatorsTest extends ValidatorsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
