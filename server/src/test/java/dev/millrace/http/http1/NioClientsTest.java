package dev.millrace.http.http1;

import dev.millrace.transport.TransportChoice;

class NioClientsTest extends ClientsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
