package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringValidatorsTest extends ValidatorsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
