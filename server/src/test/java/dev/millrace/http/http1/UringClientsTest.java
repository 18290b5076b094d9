package dev.millrace.http.http1;

import dev.millrace.server.Via;

class UringClientsTest extends ClientsContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
