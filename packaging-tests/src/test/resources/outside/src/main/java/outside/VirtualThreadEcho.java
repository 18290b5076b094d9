package outside;

import dev.millrace.blocking.RingServerSocket;
import dev.millrace.blocking.RingSocket;
import dev.millrace.io.Limit;
import dev.millrace.loop.LoopThread;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Sends back what it receives: a virtual thread for each connection. */
class VirtualThreadEcho {
  public static void main(String[] arguments) throws Exception {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (LoopThread loop = LoopThread.start("loop");
        var server = RingServerSocket.listen(loop.loop(), address, 128)) {
      System.out.println(((InetSocketAddress) server.address()).getPort());
      while (true) {
        RingSocket connection = server.accept();
        Thread.startVirtualThread(() -> echo(connection));
      }
    }
  }

  static void echo(RingSocket connection) {
    try (connection) {
      while (connection.reader().stream(connection.writer(), Limit.UNLIMITED) > 0) {
        connection.writer().flush();
      }
    } catch (IOException ended) {
      // the end of the stream, or a broken connection
    }
  }
}
