package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class UringFilesTest extends FilesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
