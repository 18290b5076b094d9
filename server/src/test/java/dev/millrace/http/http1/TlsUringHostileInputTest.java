package dev.millrace.http.http1;

import dev.millrace.server.Via;

class TlsUringHostileInputTest extends HostileInputContract {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
