package dev.millrace.content.checksum;

import dev.millrace.server.Via;

class NioIntegrityFaultsTest extends IntegrityFaultsContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
