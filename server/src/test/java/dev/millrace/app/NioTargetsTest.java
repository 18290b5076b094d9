package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioTargetsTest extends TargetsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
