package dev.millrace.content.checksum;

import dev.millrace.server.Via;

class UringIntegrityFaultsTest extends IntegrityFaultsContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
