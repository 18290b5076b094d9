package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioUnreadableTest extends UnreadableContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
