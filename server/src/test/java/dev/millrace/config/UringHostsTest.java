package dev.millrace.config;

import dev.millrace.server.Via;

class UringHostsTest extends HostsContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
