package dev.millrace.content.file;

import dev.millrace.server.Via;

class UringTargetsTest extends TargetsContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
