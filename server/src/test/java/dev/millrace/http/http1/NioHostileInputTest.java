package dev.millrace.http.http1;

import dev.millrace.server.Via;

class NioHostileInputTest extends HostileInputContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
