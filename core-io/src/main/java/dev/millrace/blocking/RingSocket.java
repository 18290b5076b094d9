package dev.millrace.blocking;

import dev.millrace.io.Reader;
import dev.millrace.io.WriteFailedException;
import dev.millrace.io.Writer;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopClosedException;
import dev.millrace.net.Sockets;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/**
 * A TCP or Unix connection with a {@link Reader} and a {@link Writer}, for threads that wait: a
 * platform thread sleeps, a virtual thread parks.
 *
 * <p>The loop receives up to 16 KiB ahead. Bytes are sent by a system call of the calling thread;
 * only waiting for room goes through the loop. One thread may read while another writes; any thread
 * may close, which ends their calls with an exception. After the loop has closed, calls that would
 * wait fail.
 */
public final class RingSocket implements AutoCloseable {
  /** Size of one send at most. */
  private static final int STAGING_BYTES = 16 << 10;

  private static final int BUFFER_BYTES = 8 << 10;

  private final SharedDescriptor descriptor;
  private final RingCaller sending;
  private final SocketReader in;
  private final Out out;

  /** Takes over a connected socket. */
  RingSocket(EventLoop loop, int fd) {
    this.descriptor = new SharedDescriptor(fd);
    this.sending = new RingCaller(loop);
    this.in = new SocketReader(loop, descriptor);
    // A closed socket's last operation may outlive it by a moment.
    this.out = new Out(Arena.ofAuto().allocate(STAGING_BYTES));
  }

  /**
   * Connects, and waits until the peer has accepted.
   *
   * @param address an {@link InetSocketAddress}, resolved, or a {@link UnixDomainSocketAddress}
   * @throws IOException if the connection is refused, or as {@link ErrnoException} tells
   * @throws LoopClosedException if the loop closes first
   */
  public static RingSocket connect(EventLoop loop, SocketAddress address) throws IOException {
    MemorySegment to = Sockets.nativeAddress(address, Arena.ofAuto());
    int fd = Sockets.open(address);
    int result;
    try (RingCaller caller = new RingCaller(loop)) {
      result = caller.connect(fd, to);
    } catch (LoopClosedException closed) {
      Sockets.close(fd);
      throw closed;
    }
    if (result < 0) {
      Sockets.close(fd);
      throw new ErrnoException("connect " + address, -result);
    }
    return new RingSocket(loop, fd);
  }

  /** Reads what the peer sends; one thread at a time. */
  public Reader reader() {
    return in;
  }

  /**
   * Writes to the peer; bytes are sent when 16 KiB are gathered and by a flush. One thread at a
   * time.
   */
  public Writer writer() {
    return out;
  }

  /** The local address, as {@link Sockets#localAddress}. */
  public SocketAddress localAddress() throws IOException {
    begin();
    try {
      return Sockets.localAddress(descriptor.fd());
    } finally {
      descriptor.end();
    }
  }

  /** The peer's address, as {@link #localAddress}. */
  public SocketAddress peerAddress() throws IOException {
    begin();
    try {
      return Sockets.peerAddress(descriptor.fd());
    } finally {
      descriptor.end();
    }
  }

  /** Flushes, and ends sending: the peer reads an end of stream. Reading goes on. */
  public void endOutput() throws IOException {
    out.flush();
    begin();
    try {
      var _ = Sockets.shutdownWrites(descriptor.fd());
    } finally {
      descriptor.end();
    }
  }

  private void begin() throws ErrnoException {
    if (!descriptor.begin()) {
      throw new ErrnoException("use of a closed socket", Errno.EBADF);
    }
  }

  /**
   * Closes the connection and ends the calls of other threads. Bytes that were not flushed are
   * lost. Closing again does nothing. Any thread.
   */
  @Override
  public void close() {
    if (descriptor.close()) {
      in.close();
      sending.close();
    }
  }

  private final class Out extends RingWriter {
    private Out(MemorySegment staging) {
      super(staging, new byte[BUFFER_BYTES]);
    }

    @Override
    int writeFrom(MemorySegment memory) throws WriteFailedException {
      if (!descriptor.begin()) {
        throw new WriteFailedException("the socket is closed");
      }
      try {
        int now = Sockets.sendNow(descriptor.fd(), memory);
        int n = now == -Errno.EAGAIN ? sending.send(descriptor.fd(), memory) : now;
        if (n <= 0 && descriptor.isClosed()) {
          throw new WriteFailedException("the socket was closed while it was written");
        }
        return n;
      } finally {
        descriptor.end();
      }
    }

    @Override
    String what() {
      return "sending";
    }
  }
}
