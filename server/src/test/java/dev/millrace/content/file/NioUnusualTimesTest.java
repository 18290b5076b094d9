package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class NioUnusualTimesTest extends UnusualTimesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
