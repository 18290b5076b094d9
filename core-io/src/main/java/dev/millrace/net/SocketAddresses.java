package dev.millrace.net;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Socket addresses in native memory (ip(7), ipv6(7), unix(7)).
 *
 * <pre>
 * struct sockaddr_in  { u16 family; u16be port; u8 addr[4]; u8 zero[8]; };             // 16
 * struct sockaddr_in6 { u16 family; u16be port; u32 flow; u8 addr[16]; u32 scope; };   // 28
 * struct sockaddr_un  { u16 family; char path[108]; };                                 // 110
 * </pre>
 */
final class SocketAddresses {
  static final int AF_UNIX = 1;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int MAX_BYTES = 110;

  private static final int IN6_BYTES = 28;
  private static final int UN_PATH = 2;

  /** A path and the zero byte after it. */
  private static final int UN_PATH_BYTES = MAX_BYTES - UN_PATH;

  private static final int IN_BYTES = 16;
  private static final long PORT = 2;
  private static final long IN_ADDR = 4;
  private static final long IN6_ADDR = 8;
  private static final long IN6_SCOPE = 24;
  private static final ValueLayout.OfShort BIG_ENDIAN_SHORT =
      JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private SocketAddresses() {}

  static int family(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address ? AF_INET : AF_INET6;
  }

  /** Writes an address; returns its length in bytes. */
  static int write(InetSocketAddress address, MemorySegment into) {
    into.fill((byte) 0);
    int family = family(address);
    into.set(JAVA_SHORT, 0, (short) family);
    into.set(BIG_ENDIAN_SHORT, PORT, (short) address.getPort());
    byte[] bytes = address.getAddress().getAddress();
    MemorySegment.copy(
        bytes, 0, into, JAVA_BYTE, family == AF_INET ? IN_ADDR : IN6_ADDR, bytes.length);
    return family == AF_INET ? IN_BYTES : IN6_BYTES;
  }

  /**
   * Writes the address of a Unix socket; returns its length in bytes, or -1 if the path is empty or
   * too long.
   *
   * @param path or {@code @} and a name without a file
   */
  static int writeUnix(String path, MemorySegment into) {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    if (name.length == 0 || name.length >= UN_PATH_BYTES) {
      return -1;
    }
    into.fill((byte) 0);
    into.set(JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(name, 0, into, JAVA_BYTE, UN_PATH, name.length);
    if (name[0] == '@') {
      into.set(JAVA_BYTE, UN_PATH, (byte) 0);
    }
    return UN_PATH + name.length;
  }

  /**
   * Reads an address that the kernel has written. A Unix socket without a file has the empty path.
   *
   * @param bytes its length
   */
  static SocketAddress read(MemorySegment from, int bytes) {
    if (from.get(JAVA_SHORT, 0) != AF_UNIX) {
      return readInternet(from);
    }
    boolean named = bytes > UN_PATH && from.get(JAVA_BYTE, UN_PATH) != 0;
    return UnixDomainSocketAddress.of(named ? from.getString(UN_PATH) : "");
  }

  private static InetSocketAddress readInternet(MemorySegment from) {
    int family = from.get(JAVA_SHORT, 0);
    int port = Short.toUnsignedInt(from.get(BIG_ENDIAN_SHORT, PORT));
    byte[] bytes = new byte[family == AF_INET6 ? 16 : 4];
    MemorySegment.copy(
        from, JAVA_BYTE, family == AF_INET6 ? IN6_ADDR : IN_ADDR, bytes, 0, bytes.length);
    try {
      int scope = family == AF_INET6 ? from.get(JAVA_INT, IN6_SCOPE) : 0;
      InetAddress address =
          scope != 0
              ? java.net.Inet6Address.getByAddress(null, bytes, scope)
              : InetAddress.getByAddress(bytes);
      return new InetSocketAddress(address, port);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible); // thrown only for a wrong length
    }
  }
}
