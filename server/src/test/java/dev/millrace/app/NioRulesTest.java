package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioRulesTest extends RulesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
