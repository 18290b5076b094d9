package dev.millrace.blocking;

import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopClosedException;
import dev.millrace.net.Sockets;
import dev.millrace.sync.Errno;
import dev.millrace.sync.Mutex;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/**
 * A listening TCP or Unix socket, for threads that wait. Any number of threads may accept, one
 * after another; any thread may close.
 */
public final class RingServerSocket implements AutoCloseable {
  private final EventLoop loop;
  private final SharedDescriptor descriptor;
  private final SocketAddress address;
  private final RingCaller accepting;

  /** Held while a connection is accepted. */
  private final Mutex mutex = new Mutex();

  private RingServerSocket(EventLoop loop, int fd) throws ErrnoException {
    this.loop = loop;
    this.descriptor = new SharedDescriptor(fd);
    this.address = Sockets.localAddress(fd);
    this.accepting = new RingCaller(loop);
  }

  /**
   * Listens.
   *
   * @param address an {@link InetSocketAddress}, with port 0 for one that the kernel chooses, or a
   *     {@link UnixDomainSocketAddress}, whose file must not exist and stays after {@link #close}
   * @param backlog connections that may wait to be accepted (listen(2))
   * @throws IOException if the address is in use, or as {@link ErrnoException} tells
   */
  public static RingServerSocket listen(EventLoop loop, SocketAddress address, int backlog)
      throws IOException {
    int fd =
        switch (address) {
          case InetSocketAddress internet -> Sockets.listen(internet, backlog);
          case UnixDomainSocketAddress local -> {
            int bound = Sockets.bindUnix(local.getPath().toString());
            Sockets.listen(bound, backlog);
            yield bound;
          }
          default ->
              throw new IllegalArgumentException("not an address of TCP or Unix: " + address);
        };
    return new RingServerSocket(loop, fd);
  }

  /** The address, with the port that the kernel chose. */
  public SocketAddress address() {
    return address;
  }

  /**
   * Waits for the next connection.
   *
   * @throws IOException if this socket is closed, also while the call waits; EMFILE if the process
   *     has no free descriptor, after which the call may be repeated; otherwise as {@link
   *     ErrnoException} tells
   * @throws LoopClosedException if the loop closes first
   */
  public RingSocket accept() throws IOException {
    mutex.lock();
    try {
      if (!descriptor.begin()) {
        throw new ErrnoException("accept of a closed socket", Errno.EBADF);
      }
      try {
        int fd = accepting.accept(descriptor.fd());
        if (fd < 0) {
          throw new ErrnoException("accept", descriptor.isClosed() ? Errno.EBADF : -fd);
        }
        return new RingSocket(loop, fd);
      } finally {
        descriptor.end();
      }
    } finally {
      mutex.unlock();
    }
  }

  /**
   * Stops listening; a call that waits in {@link #accept} fails. Connections that were accepted
   * stay open. Closing again does nothing. Any thread.
   */
  @Override
  public void close() {
    if (descriptor.close()) {
      accepting.close();
    }
  }
}
