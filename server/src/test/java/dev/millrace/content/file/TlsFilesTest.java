package dev.millrace.content.file;

import dev.millrace.server.Via;

class TlsFilesTest extends FilesContract {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
