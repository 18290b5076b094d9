package dev.millrace.proxy;

import dev.millrace.http.parser.IpLiteral;
import dev.millrace.http.parser.Octets;
import dev.millrace.http.parser.ParseStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses the header of the PROXY protocol, versions 1 and 2, strictly.
 *
 * <pre>
 *   v1  PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 CR LF        at most 107 bytes; or PROXY UNKNOWN ...
 *   v2  CR LF CR LF NUL CR LF "QUIT" LF                       12 bytes
 *       version and command (0x20 LOCAL, 0x21 PROXY), family and transport, length (2 bytes)
 *       source address, destination address, source port, destination port, then extensions
 * </pre>
 *
 * <p>Incremental: {@link #parse} accepts growing prefixes and sets the number of bytes needed next,
 * so that the reader consumes no byte after the header.
 */
final class ProxyHeader {
  private static final byte[] V1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] V2 = {
    '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
  };
  private static final int V1_MAX = 107;
  private static final int V1_MIN = "PROXY UNKNOWN\r\n".length();
  private static final int V2_FIXED = 16;

  /** Maximum size. Extensions of common proxies take some hundred bytes. */
  static final int MOST = V2_FIXED + 2_048;

  private static final int TCP4 = 0x11;
  private static final int TCP6 = 0x21;

  /**
   * No address, datagrams and UNIX sockets. None of them names a TCP client, so the connection
   * keeps its own addresses, as section 2.2 of the protocol requires for families that a receiver
   * does not support.
   */
  private static final Set<Integer> IGNORED_FAMILIES = Set.of(0x00, 0x12, 0x22, 0x31, 0x32);

  private int wanted = V2.length;
  private @Nullable InetSocketAddress source;
  private @Nullable InetSocketAddress destination;

  /** Number of bytes needed for the next {@link #parse}; never beyond the header. */
  int wanted() {
    return wanted;
  }

  /** The client's address; null if the proxy connects for itself or does not know it. */
  @Nullable InetSocketAddress source() {
    return source;
  }

  /** The address to which the client has connected; null if {@link #source} is. */
  @Nullable InetSocketAddress destination() {
    return destination;
  }

  /** Parses the first {@code length} bytes of a connection, at most {@link #wanted}. */
  ParseStatus parse(byte[] bytes, int length) {
    if (startsLike(bytes, length, V1)) {
      return length < V1.length ? needMore(V1_MIN) : parseLine(bytes, length);
    }
    if (startsLike(bytes, length, V2)) {
      return length < V2_FIXED ? needMore(V2_FIXED) : parseBinary(bytes, length);
    }
    return ParseStatus.REJECTED;
  }

  private static boolean startsLike(byte[] bytes, int length, byte[] mark) {
    int n = Math.min(length, mark.length);
    return Arrays.equals(bytes, 0, n, mark, 0, n);
  }

  private ParseStatus needMore(int bytes) {
    wanted = bytes;
    return ParseStatus.NEED_MORE;
  }

  private ParseStatus parseLine(byte[] bytes, int length) {
    for (int i = V1.length; i < length; i++) {
      boolean atEnd = i == length - 1;
      if (bytes[i] == Octets.LF) {
        return atEnd && bytes[i - 1] == Octets.CR
            ? line(new String(bytes, V1.length, i - 1 - V1.length, StandardCharsets.ISO_8859_1))
            : ParseStatus.REJECTED;
      }
      if (bytes[i] == Octets.CR && !atEnd && bytes[i + 1] != Octets.LF) {
        return ParseStatus.REJECTED;
      }
    }
    return length >= V1_MAX ? ParseStatus.REJECTED : needMore(Math.max(V1_MIN, length + 1));
  }

  private ParseStatus line(String line) {
    if (line.equals("UNKNOWN") || line.startsWith("UNKNOWN ")) {
      return ParseStatus.COMPLETE;
    }
    String[] words = line.split(" ", -1);
    boolean v4 = words[0].equals("TCP4");
    if (words.length != 5 || !(v4 || words[0].equals("TCP6"))) {
      return ParseStatus.REJECTED;
    }
    source = address(words[1], words[3], v4);
    destination = address(words[2], words[4], v4);
    return source == null || destination == null ? ParseStatus.REJECTED : ParseStatus.COMPLETE;
  }

  private static @Nullable InetSocketAddress address(String text, String port, boolean v4) {
    InetAddress address = text.indexOf(':') < 0 == v4 ? IpLiteral.parse(text) : null;
    boolean isPort = port.matches("0|[1-9][0-9]{0,4}") && Integer.parseInt(port) <= 65_535;
    return address == null || !isPort
        ? null
        : new InetSocketAddress(address, Integer.parseInt(port));
  }

  private ParseStatus parseBinary(byte[] bytes, int length) {
    int command = bytes[V2.length] & 0xff;
    int family = bytes[V2.length + 1] & 0xff;
    int rest = (bytes[V2.length + 2] & 0xff) << 8 | (bytes[V2.length + 3] & 0xff);
    boolean local = command == 0x20;
    int addressBytes = family == TCP4 ? 4 : family == TCP6 ? 16 : 0;
    boolean supported = addressBytes > 0 || IGNORED_FAMILIES.contains(family) || local;
    if (!(local || command == 0x21)
        || !supported
        || V2_FIXED + rest > MOST
        || (!local && addressBytes > 0 && rest < 2 * addressBytes + 4)) {
      return ParseStatus.REJECTED;
    }
    if (length < V2_FIXED + rest) {
      return needMore(V2_FIXED + rest);
    }
    if (!local && addressBytes > 0) {
      int ports = V2_FIXED + 2 * addressBytes;
      source = binary(bytes, V2_FIXED, addressBytes, ports);
      destination = binary(bytes, V2_FIXED + addressBytes, addressBytes, ports + 2);
    }
    return ParseStatus.COMPLETE;
  }

  private static InetSocketAddress binary(byte[] bytes, int at, int length, int portAt) {
    int port = (bytes[portAt] & 0xff) << 8 | (bytes[portAt + 1] & 0xff);
    try {
      InetAddress address = InetAddress.getByAddress(Arrays.copyOfRange(bytes, at, at + length));
      return new InetSocketAddress(address, port);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible); // 4 or 16 bytes
    }
  }
}
