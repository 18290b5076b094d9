package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class NioRangesTest extends RangesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
