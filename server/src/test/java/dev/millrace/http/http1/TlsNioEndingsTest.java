package dev.millrace.http.http1;

import dev.millrace.server.Via;

class TlsNioEndingsTest extends NioEndingsTest {
  @Override
  Via transport() {
    return Via.TLS_NIO;
  }
}
