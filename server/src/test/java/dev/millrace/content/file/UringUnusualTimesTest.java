package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class UringUnusualTimesTest extends UnusualTimesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
