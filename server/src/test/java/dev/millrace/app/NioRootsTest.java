package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioRootsTest extends RootsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
