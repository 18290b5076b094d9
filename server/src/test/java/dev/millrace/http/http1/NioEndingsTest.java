package dev.millrace.http.http1;

import dev.millrace.config.Settings.TransportChoice;
import dev.millrace.server.RunningServer;

class NioEndingsTest extends EndingsContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }

  @Override
  String leftovers(RunningServer server) {
    return ""; // XNIO keeps no figures; its descriptors are counted like all others
  }
}
