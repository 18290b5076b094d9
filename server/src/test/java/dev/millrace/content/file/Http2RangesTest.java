package dev.millrace.content.file;

import dev.millrace.server.Via;

class Http2RangesTest extends RangesContract {
  @Override
  Via transport() {
    return Via.HTTP2_URING;
  }
}
