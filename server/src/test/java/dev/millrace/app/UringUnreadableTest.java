package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringUnreadableTest extends UnreadableContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
