package dev.millrace.auth;

import dev.millrace.server.Via;

class TlsAccessTest extends AccessContract {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
