package dev.millrace.content.file;

import dev.millrace.server.Via;

class Http2ValidatorsTest extends ValidatorsContract {
  @Override
  Via transport() {
    return Via.HTTP2_URING;
  }
}
