package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioUnusualTimesTest extends UnusualTimesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
