package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringHeadTest extends HeadContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
