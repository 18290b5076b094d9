package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;

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
