package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class UringTargetsTest extends TargetsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
