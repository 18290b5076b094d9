package dev.millrace.content.file;

import dev.millrace.server.Via;

class NioTargetsTest extends TargetsContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
