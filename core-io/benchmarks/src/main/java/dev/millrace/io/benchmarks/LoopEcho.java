package dev.millrace.io.benchmarks;

import dev.millrace.loop.CompletionTarget;
import dev.millrace.loop.EventLoop;
import dev.millrace.net.Sockets;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A connection as a state machine on the loop: receives, sends all of it, receives again. */
final class LoopEcho implements CompletionTarget {
  private static final int RECEIVED = 0;

  private final EventLoop loop;
  private final int fd;
  private final long handle;
  private final MemorySegment buffer = Arena.ofAuto().allocate(4096);
  private int from;
  private int to;

  private LoopEcho(EventLoop loop, int fd) {
    this.loop = loop;
    this.fd = fd;
    this.handle = loop.register(this);
  }

  /** Accepts connections of a listening socket. Loop thread. */
  static void accept(EventLoop loop, int listening) {
    long handle =
        loop.register((tag, fd, flags) -> {
          if (fd < 0 || !Ring.hasMore(flags)) {
            throw new IllegalStateException("accept ended with " + fd);
          }
          new LoopEcho(loop, fd).receive();
        });
    loop.ring()
        .prepAcceptMultishot(
            listening, Sockets.SOCK_CLOEXEC, loop.begin(handle, OpKind.ACCEPT, RECEIVED));
  }

  private void receive() {
    loop.ring()
        .prepRecv(
            fd,
            buffer.address(),
            (int) buffer.byteSize(),
            0,
            loop.begin(handle, OpKind.RECV, RECEIVED));
  }

  private void send() {
    loop.ring()
        .prepSend(
            fd,
            buffer.address() + from,
            to - from,
            Sockets.MSG_NOSIGNAL,
            loop.begin(handle, OpKind.SEND, RECEIVED + 1));
  }

  @Override
  public void completed(int tag, int result, int flags) {
    if (result <= 0) {
      loop.release(handle);
      Sockets.close(fd);
    } else if (tag == RECEIVED) {
      from = 0;
      to = result;
      send();
    } else {
      from += result;
      if (from < to) {
        send();
      } else {
        receive();
      }
    }
  }
}
