package dev.millrace.content.file;

import dev.millrace.server.Via;

class NioRangesTest extends RangesContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
