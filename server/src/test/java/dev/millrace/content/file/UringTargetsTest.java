package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class UringTargetsTest extends TargetsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
