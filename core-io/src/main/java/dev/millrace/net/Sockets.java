package dev.millrace.net;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.millrace.sync.Errno;
import dev.millrace.sync.ffi.CFunction;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** System calls on TCP and Unix sockets. None blocks on a peer. Any thread. */
public final class Sockets {
  /** {@code SOCK_CLOEXEC}: started programs do not inherit the descriptor. */
  public static final int SOCK_CLOEXEC = 0x80000;

  /** {@code SOCK_NONBLOCK}: system calls do not wait; operations of a ring still do. */
  public static final int SOCK_NONBLOCK = 0x800;

  /** {@code MSG_MORE}: more bytes follow at once, so the kernel holds back a partial packet. */
  public static final int MSG_MORE = 0x8000;

  /** {@code MSG_NOSIGNAL}: a broken connection is an error, not a signal. */
  public static final int MSG_NOSIGNAL = 0x4000;

  private static final int MSG_DONTWAIT = 0x40;

  /** {@code MSG_WAITALL}: an operation of the ring continues until all bytes are sent. */
  public static final int MSG_WAITALL = 0x100;

  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  private static final int SO_TYPE = 3;
  private static final int SO_LINGER = 13;
  private static final int SO_REUSEPORT = 15;
  private static final int SO_ACCEPTCONN = 30;
  private static final int SO_MAX_PACING_RATE = 47;
  private static final long SIOCOUTQ = 0x5411;
  private static final int IPPROTO_TCP = 6;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;
  private static final int TCP_NODELAY = 1;
  private static final int SHUT_WR = 1;
  private static final int SHUT_RDWR = 2;
  private static final int F_SETFD = 2;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int FD_CLOEXEC = 1;

  private static final CFunction SOCKET = CFunction.ofLibc("socket");
  private static final CFunction BIND = CFunction.ofLibc("bind");
  private static final CFunction LISTEN = CFunction.ofLibc("listen");
  private static final CFunction SETSOCKOPT = CFunction.ofLibc("setsockopt");
  private static final CFunction GETSOCKOPT = CFunction.ofLibc("getsockopt");
  private static final CFunction FCNTL = CFunction.ofLibc("fcntl");
  private static final CFunction GETSOCKNAME = CFunction.ofLibc("getsockname");
  private static final CFunction GETPEERNAME = CFunction.ofLibc("getpeername");
  private static final CFunction SHUTDOWN = CFunction.ofLibc("shutdown");
  private static final CFunction SEND = CFunction.ofLibc("send");
  private static final CFunction RECV = CFunction.ofLibc("recv");
  private static final CFunction CONNECT = CFunction.ofLibc("connect");
  private static final CFunction IOCTL = CFunction.ofLibc("ioctl");
  private static final CFunction CLOSE = CFunction.ofLibc("close");

  /** How sockets share a port. */
  public enum Port {
    /** The only socket on the port. */
    ALONE,
    /**
     * The first socket on the port. Fails if any socket listens on the port, even one that would
     * share it. Then more sockets of the same user may listen (SO_REUSEPORT); the kernel
     * distributes connections over them.
     */
    FIRST,
    /** A further socket, after a first. */
    MORE
  }

  private Sockets() {}

  /** Listens alone on a port, as {@link #listen(InetSocketAddress, int, Port)}. */
  public static int listen(InetSocketAddress address, int backlog) throws ErrnoException {
    return listen(address, backlog, Port.ALONE);
  }

  /**
   * Opens a listening socket whose accepted connections inherit TCP_NODELAY. An IPv6 socket accepts
   * IPv6 only (IPV6_V6ONLY), so each address family of a port has its own socket.
   *
   * @param address resolved; with port 0 the kernel chooses one, see {@link #localAddress}
   * @return its descriptor
   */
  public static int listen(InetSocketAddress address, int backlog, Port port)
      throws ErrnoException {
    int family = SocketAddresses.family(address);
    int fd = check("socket", SOCKET.intOrErrno(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    try (Arena arena = Arena.ofConfined()) {
      setInt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
      setInt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
      if (family == SocketAddresses.AF_INET6) {
        setInt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
      }
      if (port == Port.MORE) {
        setInt(fd, SOL_SOCKET, SO_REUSEPORT, 1);
      }
      MemorySegment name = arena.allocate(SocketAddresses.MAX_BYTES, 8);
      int bytes = SocketAddresses.write(address, name);
      check("bind " + AddressText.of(address), BIND.intOrErrno(fd, name.address(), bytes));
      if (port == Port.FIRST) {
        setInt(fd, SOL_SOCKET, SO_REUSEPORT, 1); // after bind, so that bind was exclusive
      }
      check("listen on " + AddressText.of(address), LISTEN.intOrErrno(fd, backlog));
      return fd;
    } catch (ErrnoException failed) {
      close(fd);
      throw failed;
    }
  }

  /**
   * Opens a Unix socket (unix(7)) whose file gets the mode that the umask allows. No client can
   * connect before {@link #listen(int, int)}, so the mode can be changed until then.
   *
   * @param path of the file to create, at most 107 bytes
   * @throws ErrnoException EADDRINUSE if the file exists, whether or not a process listens
   */
  public static int bindUnix(String path) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(SocketAddresses.MAX_BYTES, 8);
      int bytes = SocketAddresses.writeUnix(path, name);
      if (bytes < 0) {
        throw new ErrnoException("bind " + path, Errno.ENAMETOOLONG);
      }
      int type = SOCK_STREAM | SOCK_CLOEXEC;
      int fd = check("socket", SOCKET.intOrErrno(SocketAddresses.AF_UNIX, type, 0));
      try {
        check("bind " + path, BIND.intOrErrno(fd, name.address(), bytes));
        return fd;
      } catch (ErrnoException failed) {
        close(fd);
        throw failed;
      }
    }
  }

  /** Lets clients connect to a socket that is bound. */
  public static void listen(int fd, int backlog) throws ErrnoException {
    check("listen", LISTEN.intOrErrno(fd, backlog));
  }

  /** Whether a process listens on a Unix socket; false if the file is missing or is no socket. */
  public static boolean isListening(String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(SocketAddresses.MAX_BYTES, 8);
      int bytes = SocketAddresses.writeUnix(path, name);
      int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
      int fd = bytes < 0 ? -1 : SOCKET.intOrErrno(SocketAddresses.AF_UNIX, type, 0);
      if (fd < 0) {
        return false;
      }
      int result = CONNECT.intOrErrno(fd, name.address(), bytes);
      close(fd);
      return result == 0 || result == -Errno.EAGAIN; // EAGAIN: its queue is full
    }
  }

  /** Whether a descriptor is a stream socket that listens. */
  public static boolean isListener(int fd) {
    return intOption(fd, SO_TYPE) == SOCK_STREAM && intOption(fd, SO_ACCEPTCONN) == 1;
  }

  /**
   * Takes a listening socket that another process has opened: started programs do not inherit it,
   * and its connections inherit TCP_NODELAY.
   */
  public static void adopt(int fd) throws ErrnoException {
    check("fcntl", FCNTL.intOrErrno(fd, F_SETFD, FD_CLOEXEC));
    if (localAddress(fd) instanceof InetSocketAddress) {
      setInt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    }
  }

  /** Returns another descriptor of the same socket. */
  public static int duplicate(int fd) throws ErrnoException {
    return check("fcntl", FCNTL.intOrErrno(fd, F_DUPFD_CLOEXEC, 0));
  }

  /**
   * The local address of a socket: an {@link InetSocketAddress}, or a {@link
   * java.net.UnixDomainSocketAddress}, whose path is empty if it has none.
   */
  public static SocketAddress localAddress(int fd) throws ErrnoException {
    return name("getsockname", GETSOCKNAME, fd);
  }

  /** The peer's address, as {@link #localAddress}. */
  public static SocketAddress peerAddress(int fd) throws ErrnoException {
    return name("getpeername", GETPEERNAME, fd);
  }

  /**
   * Opens a stream socket to connect to an address; TCP without delay (TCP_NODELAY).
   *
   * @return its descriptor
   */
  public static int open(SocketAddress to) throws ErrnoException {
    boolean internet = to instanceof InetSocketAddress;
    int family =
        internet ? SocketAddresses.family((InetSocketAddress) to) : SocketAddresses.AF_UNIX;
    int fd = check("socket", SOCKET.intOrErrno(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (internet) {
      setInt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    }
    return fd;
  }

  /**
   * An address as connect(2) needs it, a {@code struct sockaddr} in native memory.
   *
   * @param address an {@link InetSocketAddress}, resolved, or a {@link UnixDomainSocketAddress}
   * @throws ErrnoException ENAMETOOLONG for a path of more than 107 bytes, or an empty one
   */
  public static MemorySegment nativeAddress(SocketAddress address, Arena arena)
      throws ErrnoException {
    MemorySegment name = arena.allocate(SocketAddresses.MAX_BYTES, 8);
    int bytes =
        switch (address) {
          case InetSocketAddress internet -> SocketAddresses.write(internet, name);
          case UnixDomainSocketAddress local ->
              SocketAddresses.writeUnix(local.getPath().toString(), name);
          default ->
              throw new IllegalArgumentException("not an address of TCP or Unix: " + address);
        };
    if (bytes < 0) {
      throw new ErrnoException("connect " + address, Errno.ENAMETOOLONG);
    }
    return name.asSlice(0, bytes);
  }

  /**
   * Receives the bytes that are there (recv(2), MSG_DONTWAIT).
   *
   * @return their number, 0 at the end of the stream, or {@code -errno}: {@code -EAGAIN} if there
   *     are none yet
   */
  public static int receiveNow(int fd, MemorySegment into) {
    return RECV.intOrErrno(fd, into.address(), into.byteSize(), MSG_DONTWAIT);
  }

  /**
   * Sends the bytes that fit now (send(2), MSG_DONTWAIT), without a signal if the connection is
   * broken.
   *
   * @return their number, or {@code -errno}: {@code -EAGAIN} if none fit
   */
  public static int sendNow(int fd, MemorySegment from) {
    return SEND.intOrErrno(fd, from.address(), from.byteSize(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  /** Sends the bytes that fit now; the rest, and errors, are ignored. */
  public static void sendNow(int fd, byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocateFrom(JAVA_BYTE, bytes);
      var _ = SEND.call(fd, copy.address(), copy.byteSize(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
  }

  /**
   * Sends a datagram to a Unix socket (unix(7)).
   *
   * @param address a path, or {@code @} and a name without a file
   * @throws ErrnoException if it cannot be sent at once
   */
  public static void sendDatagram(String address, byte[] bytes) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment to = arena.allocate(SocketAddresses.MAX_BYTES, 8);
      int toBytes = SocketAddresses.writeUnix(address, to);
      if (toBytes < 0) {
        throw new ErrnoException("connect", Errno.EINVAL);
      }
      int type = SOCK_DGRAM | SOCK_CLOEXEC;
      int fd = check("socket", SOCKET.intOrErrno(SocketAddresses.AF_UNIX, type, 0));
      try {
        MemorySegment copy = arena.allocateFrom(JAVA_BYTE, bytes);
        var _ = check("connect", CONNECT.intOrErrno(fd, to.address(), toBytes));
        int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
        var _ = check("send", SEND.intOrErrno(fd, copy.address(), copy.byteSize(), flags));
      } finally {
        close(fd);
      }
    }
  }

  /**
   * Opens an unused descriptor, to be closed when one is needed.
   *
   * @return -1 if no descriptor is free
   */
  public static int placeholder() {
    int type = SOCK_STREAM | SOCK_CLOEXEC;
    return Math.max(-1, SOCKET.intOrErrno(SocketAddresses.AF_INET, type, 0));
  }

  /** Ends sending; the peer reads an end of stream. False if the connection is already gone. */
  public static boolean shutdownWrites(int fd) {
    return (int) SHUTDOWN.call(fd, SHUT_WR) == 0;
  }

  /** Ends both directions; operations in flight on the socket complete. */
  public static boolean shutdown(int fd) {
    return (int) SHUTDOWN.call(fd, SHUT_RDWR) == 0;
  }

  /** Makes {@link #close} reset the connection. */
  public static void resetOnClose(int fd) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment linger = arena.allocate(JAVA_INT, 2); // struct linger { int onoff, seconds; }
      linger.setAtIndex(JAVA_INT, 0, 1);
      check("setsockopt SO_LINGER", setOption(fd, SOL_SOCKET, SO_LINGER, linger));
    }
  }

  /**
   * Bounds the rate at which the kernel sends (SO_MAX_PACING_RATE, socket(7)). A socket that has
   * gone is left alone.
   *
   * @param bytesPerSecond positive
   */
  public static void pace(int fd, int bytesPerSecond) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rate = arena.allocate(JAVA_INT);
      rate.set(JAVA_INT, 0, bytesPerSecond);
      var _ = setOption(fd, SOL_SOCKET, SO_MAX_PACING_RATE, rate);
    }
  }

  /**
   * Bytes that the socket has accepted and the peer has not acknowledged (SIOCOUTQ, tcp(7)); 0 if
   * the socket has gone.
   */
  public static int unacknowledgedBytes(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(JAVA_INT);
      int result = IOCTL.intOrErrno(fd, SIOCOUTQ, bytes.address());
      return result < 0 ? 0 : bytes.get(JAVA_INT, 0);
    }
  }

  /** Closes a descriptor; it is released even if the call fails (close(2)). */
  public static void close(int fd) {
    var _ = CLOSE.call(fd);
  }

  private static void setInt(int fd, int level, int option, int value) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment cell = arena.allocate(JAVA_INT);
      cell.set(JAVA_INT, 0, value);
      check("setsockopt " + option, setOption(fd, level, option, cell));
    }
  }

  /** The value of an option of SOL_SOCKET, or a negative error. */
  private static int intOption(int fd, int option) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT);
      MemorySegment bytes = arena.allocate(JAVA_INT);
      bytes.set(JAVA_INT, 0, Integer.BYTES);
      int result = GETSOCKOPT.intOrErrno(fd, SOL_SOCKET, option, value.address(), bytes.address());
      return result < 0 ? result : value.get(JAVA_INT, 0);
    }
  }

  private static SocketAddress name(String call, CFunction function, int fd) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(SocketAddresses.MAX_BYTES, 8);
      MemorySegment bytes = arena.allocate(JAVA_INT);
      bytes.set(JAVA_INT, 0, SocketAddresses.MAX_BYTES);
      var _ = check(call, function.intOrErrno(fd, name.address(), bytes.address()));
      return SocketAddresses.read(name, bytes.get(JAVA_INT, 0));
    }
  }

  private static int check(String call, int result) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, -result);
    }
    return result;
  }

  private static int setOption(int fd, int level, int option, MemorySegment value) {
    return SETSOCKOPT.intOrErrno(fd, level, option, value.address(), value.byteSize());
  }
}
