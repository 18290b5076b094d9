package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class UringUnreadableTest extends UnreadableContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
