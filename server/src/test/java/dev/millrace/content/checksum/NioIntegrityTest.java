package dev.millrace.content.checksum;

import dev.millrace.server.Via;

class NioIntegrityTest extends IntegrityContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
