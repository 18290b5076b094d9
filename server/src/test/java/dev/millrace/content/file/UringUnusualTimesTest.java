package dev.millrace.content.file;

import dev.millrace.server.Via;

class UringUnusualTimesTest extends UnusualTimesContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
