package dev.millrace.examples;

import dev.millrace.blocking.RingServerSocket;
import dev.millrace.blocking.RingSocket;
import dev.millrace.io.Span;
import dev.millrace.loop.LoopThread;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * An echo server: a virtual thread for each connection reads a line, and writes it. Argument: port.
 */
public final class VirtualThreadEcho {
  private VirtualThreadEcho() {}

  /** Serves until the process ends. */
  public static void main(String... arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (LoopThread loop = LoopThread.start("loop");
        RingServerSocket server = RingServerSocket.listen(loop.loop(), address, 128)) {
      System.out.println("listens at " + server.address());
      serve(server);
    }
  }

  /** Serves until the socket is closed. */
  static void serve(RingServerSocket server) throws IOException {
    while (true) {
      RingSocket connection = server.accept();
      Thread.ofVirtual().start(() -> echo(connection));
    }
  }

  private static void echo(RingSocket connection) {
    try (connection) {
      for (Span line; (line = connection.reader().takeDelimiter('\n')) != null; ) {
        connection.writer().writeAll(line);
        connection.writer().writeByte('\n');
        connection.writer().flush();
      }
    } catch (IOException broken) {
      System.err.println(broken.getMessage());
    }
  }
}
