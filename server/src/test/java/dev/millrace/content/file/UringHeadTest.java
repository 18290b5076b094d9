package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class UringHeadTest extends HeadContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
