package dev.millrace.content.file;

import dev.millrace.server.Via;

class NioUnusualTimesTest extends UnusualTimesContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
