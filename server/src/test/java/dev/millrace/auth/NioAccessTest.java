package dev.millrace.auth;

import dev.millrace.config.Settings.TransportChoice;

class NioAccessTest extends AccessContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
