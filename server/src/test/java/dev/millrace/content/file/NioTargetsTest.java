package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class NioTargetsTest extends TargetsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
