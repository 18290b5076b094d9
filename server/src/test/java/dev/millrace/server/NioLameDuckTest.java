package dev.millrace.server;

class NioLameDuckTest extends LameDuckContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
