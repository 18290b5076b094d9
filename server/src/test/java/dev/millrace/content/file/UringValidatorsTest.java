package dev.millrace.content.file;

import dev.millrace.server.Via;

class UringValidatorsTest extends ValidatorsContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
