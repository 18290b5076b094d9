package dev.millrace.http.http1;

import dev.millrace.server.Via;

class UringHostileInputTest extends HostileInputContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
