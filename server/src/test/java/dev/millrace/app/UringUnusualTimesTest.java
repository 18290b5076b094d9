package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringUnusualTimesTest extends UnusualTimesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
