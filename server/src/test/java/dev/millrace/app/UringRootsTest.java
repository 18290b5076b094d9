package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringRootsTest extends RootsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
