package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

class UringFilesTest extends FilesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
