package dev.millrace.http.http2;

import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.net.InetSocketAddress;
import java.nio.file.Path;

class NioHttp2Test extends Http2Contract {
  @Override
  RunningServer start(Path root) throws Exception {
    return RunningServer.start(root, Via.NIO, "h2c: on\n");
  }

  @Override
  InetSocketAddress address(RunningServer running) {
    return running.plainAddress();
  }
}
