package dev.millrace.http.http1;

import dev.millrace.server.Via;

class TlsUringEndingsTest extends UringEndingsTest {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
