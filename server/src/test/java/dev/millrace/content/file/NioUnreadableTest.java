package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class NioUnreadableTest extends UnreadableContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
