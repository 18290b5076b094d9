package dev.millrace.content.file;

import dev.millrace.server.Via;

class UringUnreadableTest extends UnreadableContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
