package dev.millrace.server;

class TlsLameDuckTest extends LameDuckContract {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
