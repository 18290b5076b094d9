package dev.millrace.auth;

import dev.millrace.config.Settings.TransportChoice;

class UringAccessTest extends AccessContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
