package dev.millrace.content.file;

import dev.millrace.server.Via;

/** Runs the contract without response cache and open files. */
class UringFilesWithoutCachesTest extends FilesContract {
  @Override
  Via transport() {
    return Via.URING;
  }

  @Override
  String caches() {
    return "response-cache: off\nopen-files: 0\n";
  }
}
