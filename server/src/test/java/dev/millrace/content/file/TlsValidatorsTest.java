package dev.millrace.content.file;

import dev.millrace.server.Via;

class TlsValidatorsTest extends ValidatorsContract {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
