package dev.millrace.content.file;

import dev.millrace.server.Via;

class Http2FilesTest extends FilesContract {
  @Override
  Via transport() {
    return Via.HTTP2_URING;
  }
}
