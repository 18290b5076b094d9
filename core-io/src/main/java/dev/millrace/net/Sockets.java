package dev.millrace.net;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.millrace.sync.ffi.CFunction;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/** Calls on TCP sockets. None of them waits for a peer. */
public final class Sockets {
  /** {@code SOCK_CLOEXEC}: the descriptor is not inherited by programs that are started. */
  public static final int SOCK_CLOEXEC = 0x80000;

  /** {@code SOCK_NONBLOCK}: calls do not wait; operations of a ring still do. */
  public static final int SOCK_NONBLOCK = 0x800;

  /** {@code MSG_MORE}: more follows at once, so a packet that is not full waits for it. */
  public static final int MSG_MORE = 0x8000;

  /** {@code MSG_NOSIGNAL}: a broken connection is an error, not a signal. */
  public static final int MSG_NOSIGNAL = 0x4000;

  private static final int MSG_DONTWAIT = 0x40;

  /** {@code MSG_WAITALL}: an operation of the ring goes on until all is sent. */
  public static final int MSG_WAITALL = 0x100;

  private static final int SOCK_STREAM = 1;
  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  private static final int SO_LINGER = 13;
  private static final int SO_REUSEPORT = 15;
  private static final int IPPROTO_TCP = 6;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;
  private static final int TCP_NODELAY = 1;
  private static final int SHUT_WR = 1;
  private static final int SHUT_RDWR = 2;

  private static final CFunction SOCKET = CFunction.ofLibc("socket");
  private static final CFunction BIND = CFunction.ofLibc("bind");
  private static final CFunction LISTEN = CFunction.ofLibc("listen");
  private static final CFunction SETSOCKOPT = CFunction.ofLibc("setsockopt");
  private static final CFunction GETSOCKNAME = CFunction.ofLibc("getsockname");
  private static final CFunction GETPEERNAME = CFunction.ofLibc("getpeername");
  private static final CFunction SHUTDOWN = CFunction.ofLibc("shutdown");
  private static final CFunction SEND = CFunction.ofLibc("send");
  private static final CFunction CLOSE = CFunction.ofLibc("close");

  /** Which sockets listen on a port. */
  public enum Port {
    /** This one alone. */
    ALONE,
    /**
     * This one first: a port that anybody listens on is refused, also one who would share it. Then
     * it is open to more of the same user (SO_REUSEPORT), to each of which the kernel gives its
     * part of the connections.
     */
    FIRST,
    /** This one as well, beside a first. */
    MORE
  }

  private Sockets() {}

  /** Listens on a port alone, as {@link #listen(InetSocketAddress, int, Port)}. */
  public static int listen(InetSocketAddress address, int backlog) throws ErrnoException {
    return listen(address, backlog, Port.ALONE);
  }

  /**
   * Opens a listening socket whose accepted connections send without delay (TCP_NODELAY is
   * inherited). An IPv6 socket takes IPv6 alone (IPV6_V6ONLY), so that each address family of a
   * port has a socket of its own.
   *
   * @param address resolved; port 0 picks one, see {@link #localAddress}
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
        setInt(fd, SOL_SOCKET, SO_REUSEPORT, 1); // after bind, which so was for this one alone
      }
      check("listen on " + AddressText.of(address), LISTEN.intOrErrno(fd, backlog));
      return fd;
    } catch (ErrnoException failed) {
      close(fd);
      throw failed;
    }
  }

  /** The address a socket is bound to. */
  public static InetSocketAddress localAddress(int fd) throws ErrnoException {
    return name("getsockname", GETSOCKNAME, fd);
  }

  /** The address at the other end. */
  public static InetSocketAddress peerAddress(int fd) throws ErrnoException {
    return name("getpeername", GETPEERNAME, fd);
  }

  /** Sends what fits now; what does not, and what fails, is lost. */
  public static void sendNow(int fd, byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocateFrom(JAVA_BYTE, bytes);
      var _ = SEND.call(fd, copy.address(), copy.byteSize(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
  }

  /**
   * Opens a descriptor that does nothing, to be closed when one is needed.
   *
   * @return -1 if there is none left
   */
  public static int placeholder() {
    int type = SOCK_STREAM | SOCK_CLOEXEC;
    return Math.max(-1, SOCKET.intOrErrno(SocketAddresses.AF_INET, type, 0));
  }

  /** Ends sending; the peer reads an end of stream. False if the connection is gone already. */
  public static boolean shutdownWrites(int fd) {
    return (int) SHUTDOWN.call(fd, SHUT_WR) == 0;
  }

  /** Ends both directions; operations in flight on the socket complete. */
  public static boolean shutdown(int fd) {
    return (int) SHUTDOWN.call(fd, SHUT_RDWR) == 0;
  }

  /** Makes {@link #close} reset the connection instead of ending it. */
  public static void resetOnClose(int fd) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment linger = arena.allocate(JAVA_INT, 2); // struct linger { int onoff, seconds; }
      linger.setAtIndex(JAVA_INT, 0, 1);
      check("setsockopt SO_LINGER", setOption(fd, SOL_SOCKET, SO_LINGER, linger));
    }
  }

  /** Closes a descriptor; it is gone whatever the call says (close(2)). */
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

  private static InetSocketAddress name(String call, CFunction function, int fd)
      throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(SocketAddresses.MAX_BYTES, 8);
      MemorySegment bytes = arena.allocate(JAVA_INT);
      bytes.set(JAVA_INT, 0, SocketAddresses.MAX_BYTES);
      var _ = check(call, function.intOrErrno(fd, name.address(), bytes.address()));
      return SocketAddresses.read(name);
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
