package dev.millrace.content.file;

import dev.millrace.transport.TransportChoice;

/** Runs the contract without response cache and open files. */
class UringFilesWithoutCachesTest extends FilesContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }

  @Override
  String caches() {
    return "response-cache: off\nopen-files: 0\n";
  }
}
