package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class NioUnreadableTest extends UnreadableContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
