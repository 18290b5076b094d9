package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioClientsTest extends ClientsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
