package dev.millrace.http.http1;

import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;

class NioEndingsTest extends EndingsContract {
  @Override
  Via transport() {
    return Via.NIO;
  }

  @Override
  String leftovers(RunningServer server) {
    return ""; // XNIO has no metrics; its descriptors are counted by the contract
  }
}
