package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class NioUnusualTimesTest extends UnusualTimesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
