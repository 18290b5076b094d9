package dev.millrace.content.file;

import dev.millrace.server.Via;

class NioUnreadableTest extends UnreadableContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
