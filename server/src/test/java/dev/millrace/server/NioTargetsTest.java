package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class NioTargetsTest extends TargetsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
