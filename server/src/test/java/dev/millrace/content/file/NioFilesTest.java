package dev.millrace.content.file;

import dev.millrace.server.Via;

class NioFilesTest extends FilesContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
