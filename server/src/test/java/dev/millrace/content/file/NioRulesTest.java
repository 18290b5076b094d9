package dev.millrace.content.file;

import dev.millrace.server.Via;

class NioRulesTest extends RulesContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
