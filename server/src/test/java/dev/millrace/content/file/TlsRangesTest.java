package dev.millrace.content.file;

import dev.millrace.server.Via;

class TlsRangesTest extends RangesContract {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
