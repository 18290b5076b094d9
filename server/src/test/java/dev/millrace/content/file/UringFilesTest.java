package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class UringFilesTest extends FilesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
