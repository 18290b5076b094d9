package dev.millrace.server;

class TlsNioServingTest extends NioServingTest {
  @Override
  Via transport() {
    return Via.TLS_NIO;
  }
}
