package dev.millrace.content.file;

import dev.millrace.server.Via;

class NioValidatorsTest extends ValidatorsContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
