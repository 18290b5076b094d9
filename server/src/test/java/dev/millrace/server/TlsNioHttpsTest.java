package dev.millrace.server;

class TlsNioHttpsTest extends HttpsContract {
  @Override
  Via transport() {
    return Via.TLS_NIO;
  }
}
