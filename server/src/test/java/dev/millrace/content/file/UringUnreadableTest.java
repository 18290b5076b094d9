package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class UringUnreadableTest extends UnreadableContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
