package dev.millrace.http.http1;

import dev.millrace.server.RunningServer;
import dev.millrace.transport.TransportChoice;

class NioEndingsTest extends EndingsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }

  @Override
  String leftovers(RunningServer server) {
    return ""; // XNIO has no metrics; its descriptors are counted by the contract
  }
}
