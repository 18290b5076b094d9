package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringTargetsTest extends TargetsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
