package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class UringRulesTest extends RulesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
