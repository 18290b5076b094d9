package dev.millrace.http.http1;

import dev.millrace.transport.TransportChoice;

class UringClientsTest extends ClientsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
