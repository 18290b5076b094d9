package dev.millrace.content.file;

import dev.millrace.server.Via;

class Http2TargetsTest extends TargetsContract {
  @Override
  Via transport() {
    return Via.HTTP2_URING;
  }
}
