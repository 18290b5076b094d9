package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioLameDuckTest extends LameDuckContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
