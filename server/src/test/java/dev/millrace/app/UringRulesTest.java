package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringRulesTest extends RulesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
