package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

class NioFilesTest extends FilesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
