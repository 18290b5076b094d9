package dev.millrace.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Formats addresses for people and logs: IPv4 with dots; IPv6 as in RFC 5952 §4, in lower case,
 * without leading zeros, the longest run of zeros as two colons. Java prints all eight groups. Any
 * thread.
 */
public final class AddressText {
  private static final int GROUPS = 8;

  private AddressText() {}

  /** Formats an address; a zone follows a percent sign. */
  public static String of(InetAddress address) {
    return address instanceof Inet6Address v6 ? of(v6) : address.getHostAddress();
  }

  /** Formats address and port, IPv6 in brackets; an unresolved address as its name. */
  public static String of(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String host = ip == null ? address.getHostString() : of(ip);
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }

  private static String of(Inet6Address address) {
    byte[] bytes = address.getAddress();
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
    }
    int longest = 0;
    int length = 1; // a single zero group is not compressed
    for (int i = 0; i < GROUPS; i++) {
      int zeros = 0;
      while (i + zeros < GROUPS && groups[i + zeros] == 0) {
        zeros++;
      }
      if (zeros > length) {
        longest = i;
        length = zeros;
      }
    }
    StringBuilder text = new StringBuilder(40);
    for (int i = 0; i < GROUPS; i++) {
      if (length > 1 && i == longest) {
        text.append("::");
        i += length - 1;
      } else {
        text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":");
        text.append(Integer.toHexString(groups[i]));
      }
    }
    String java = address.getHostAddress();
    int zone = java.indexOf('%');
    return zone < 0 ? text.toString() : text.append(java, zone, java.length()).toString();
  }
}
