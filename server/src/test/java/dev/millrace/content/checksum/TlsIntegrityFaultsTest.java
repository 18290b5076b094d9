package dev.millrace.content.checksum;

import dev.millrace.server.Via;

class TlsIntegrityFaultsTest extends IntegrityFaultsContract {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
