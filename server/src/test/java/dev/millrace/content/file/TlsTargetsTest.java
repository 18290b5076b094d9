package dev.millrace.content.file;

import dev.millrace.server.Via;

class TlsTargetsTest extends TargetsContract {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
