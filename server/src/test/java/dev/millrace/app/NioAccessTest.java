package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioAccessTest extends AccessContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
