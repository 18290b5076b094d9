package outside;

import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopThread;
import dev.millrace.net.Sockets;
import dev.millrace.uring.OpKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;

/** Sends back what it receives: one thread, an operation at a time for each connection. */
class LoopEcho {
  public static void main(String[] arguments) throws Exception {
    int server = Sockets.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
    System.out.println(((InetSocketAddress) Sockets.localAddress(server)).getPort());
    EventLoop loop = LoopThread.start("loop").loop();
    loop.execute(() -> {
      long handle = loop.register((tag, fd, flags) -> {
        if (fd >= 0) receive(loop, fd, Arena.ofAuto().allocate(4096));
      });
      long id = loop.begin(handle, OpKind.ACCEPT, 0);
      loop.ring().prepAcceptMultishot(server, Sockets.SOCK_CLOEXEC, id);
    });
  }

  static void receive(EventLoop loop, int fd, MemorySegment buffer) {
    once(loop, OpKind.RECV, n -> {
      if (n > 0) send(loop, fd, buffer, 0, n);
      else Sockets.close(fd);
    }, id -> loop.ring().prepRecv(fd, buffer, 0, id));
  }

  static void send(EventLoop loop, int fd, MemorySegment buffer, int from, int to) {
    once(loop, OpKind.SEND, n -> {
      if (n <= 0) Sockets.close(fd);
      else if (from + n < to) send(loop, fd, buffer, from + n, to);
      else receive(loop, fd, buffer);
    }, id -> loop.ring().prepSend(fd, buffer.asSlice(from, to - from), Sockets.MSG_NOSIGNAL, id));
  }

  static void once(EventLoop loop, OpKind kind, IntConsumer then, LongConsumer prepare) {
    long[] handle = new long[1];
    handle[0] = loop.register((tag, n, flags) -> { loop.release(handle[0]); then.accept(n); });
    prepare.accept(loop.begin(handle[0], kind, 0));
  }
}
