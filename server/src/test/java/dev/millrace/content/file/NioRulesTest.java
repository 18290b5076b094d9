package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class NioRulesTest extends RulesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
