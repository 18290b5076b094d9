package dev.millrace.content.file;

import dev.millrace.server.Via;

class UringHeadTest extends HeadContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
