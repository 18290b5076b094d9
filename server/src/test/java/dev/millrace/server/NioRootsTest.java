package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class NioRootsTest extends RootsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
