package dev.millrace.config;

import dev.millrace.server.Via;

class NioHostsTest extends HostsContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
