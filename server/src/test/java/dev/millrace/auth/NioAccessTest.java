package dev.millrace.auth;

import dev.millrace.server.Via;

class NioAccessTest extends AccessContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
