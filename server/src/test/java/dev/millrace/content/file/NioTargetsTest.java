package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class NioTargetsTest extends TargetsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
