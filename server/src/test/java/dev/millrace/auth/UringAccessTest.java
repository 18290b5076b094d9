package dev.millrace.auth;

import dev.millrace.server.Via;

class UringAccessTest extends AccessContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
