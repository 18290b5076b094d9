package dev.millrace.http.http1;

import dev.millrace.config.Settings.TransportChoice;

class NioClientsTest extends ClientsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
