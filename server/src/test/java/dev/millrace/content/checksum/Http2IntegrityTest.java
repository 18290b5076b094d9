package dev.millrace.content.checksum;

import dev.millrace.server.Via;

class Http2IntegrityTest extends IntegrityContract {
  @Override
  Via transport() {
    return Via.HTTP2_URING;
  }
}
