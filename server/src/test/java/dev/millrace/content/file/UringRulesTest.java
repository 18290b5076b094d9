package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class UringRulesTest extends RulesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
