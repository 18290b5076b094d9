package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioFilesTest extends FilesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
