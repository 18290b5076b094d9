package dev.millrace.content.file;

import dev.millrace.server.Via;

class NioHeadTest extends HeadContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
