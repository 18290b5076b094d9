package dev.millrace.content.checksum;

import dev.millrace.server.Via;

class UringIntegrityTest extends IntegrityContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
