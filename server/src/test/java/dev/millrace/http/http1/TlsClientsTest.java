package dev.millrace.http.http1;

import dev.millrace.server.Via;

class TlsClientsTest extends ClientsContract {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
