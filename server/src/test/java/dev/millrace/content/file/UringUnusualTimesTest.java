package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class UringUnusualTimesTest extends UnusualTimesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
