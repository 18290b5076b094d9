package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class NioRangesTest extends RangesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
