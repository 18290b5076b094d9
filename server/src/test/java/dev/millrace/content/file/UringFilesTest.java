package dev.millrace.content.file;

import dev.millrace.server.Via;

class UringFilesTest extends FilesContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
