package dev.millrace.content.file;

import dev.millrace.config.Settings.TransportChoice;

class NioFilesTest extends FilesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
