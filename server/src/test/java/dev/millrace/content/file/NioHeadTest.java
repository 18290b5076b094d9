package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class NioHeadTest extends HeadContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
