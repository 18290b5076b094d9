package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioHeadTest extends HeadContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
