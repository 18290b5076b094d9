package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class UringHeadTest extends HeadContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
