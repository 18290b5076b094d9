package dev.millrace.content.file;

import dev.millrace.server.Via;

class UringRangesTest extends RangesContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
