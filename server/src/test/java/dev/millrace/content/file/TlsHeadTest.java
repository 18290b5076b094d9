package dev.millrace.content.file;

import dev.millrace.server.Via;

class TlsHeadTest extends HeadContract {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
