package dev.millrace.server;

class UringLameDuckTest extends LameDuckContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
