package dev.millrace.server;

class UringRootsTest extends RootsContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
