package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class NioHeadTest extends HeadContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
