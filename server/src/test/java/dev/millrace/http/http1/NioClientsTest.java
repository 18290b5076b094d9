package dev.millrace.http.http1;

import dev.millrace.server.Via;

class NioClientsTest extends ClientsContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
