package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringFilesTest extends FilesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
