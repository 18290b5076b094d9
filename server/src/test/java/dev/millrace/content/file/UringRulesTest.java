package dev.millrace.content.file;

import dev.millrace.server.Via;

class UringRulesTest extends RulesContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
