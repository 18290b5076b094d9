package dev.millrace.server;

class TlsUringHttpsTest extends HttpsContract {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }
}
