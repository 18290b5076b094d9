package dev.millrace.server;

class NioRootsTest extends RootsContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
