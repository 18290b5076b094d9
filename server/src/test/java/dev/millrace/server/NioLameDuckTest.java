package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class NioLameDuckTest extends LameDuckContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
