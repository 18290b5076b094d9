package dev.millrace.content.checksum;

import dev.millrace.server.Via;

class TlsIntegrityTest extends IntegrityContract {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
