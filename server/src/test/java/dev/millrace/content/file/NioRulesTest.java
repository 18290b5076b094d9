package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class NioRulesTest extends RulesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
