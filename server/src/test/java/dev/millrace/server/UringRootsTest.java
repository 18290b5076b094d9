package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class UringRootsTest extends RootsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
