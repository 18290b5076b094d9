package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class UringRangesTest extends RangesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
