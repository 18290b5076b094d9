package dev.millrace.http.http1;

import dev.millrace.server.Via;

class TlsNioHostileInputTest extends HostileInputContract {
  @Override
  Via transport() {
    return Via.TLS_NIO;
  }
}
