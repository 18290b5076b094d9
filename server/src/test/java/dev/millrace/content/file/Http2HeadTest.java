package dev.millrace.content.file;

import dev.millrace.server.Via;

class Http2HeadTest extends HeadContract {
  @Override
  Via transport() {
    return Via.HTTP2_URING;
  }
}
