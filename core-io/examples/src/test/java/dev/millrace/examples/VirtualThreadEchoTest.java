package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.blocking.RingServerSocket;
import dev.millrace.loop.LoopThread;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class VirtualThreadEchoTest {
  @Test
  void linesComeBackUntilTheServerIsClosed() throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (LoopThread loop = LoopThread.start("loop")) {
      RingServerSocket server = RingServerSocket.listen(loop.loop(), any, 10);
      FutureTask<ErrnoException> end =
          new FutureTask<>(
              () -> assertThrows(ErrnoException.class, () -> VirtualThreadEcho.serve(server)));
      Thread.ofPlatform().start(end);
      InetSocketAddress address = (InetSocketAddress) server.address();
      try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        for (String line : new String[] {"one", "", "three"}) {
          socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
          assertEquals(line, in.readLine());
        }
      }
      server.close();
      assertEquals(Errno.EBADF, end.get().errno());
    }
  }
}
