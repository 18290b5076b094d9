package dev.millrace.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Addresses as text for people and logs: IPv4 with dots, IPv6 as RFC 5952 §4 has it, in lower case
 * without leading zeros and with the longest run of zeros as two colons. Java writes all eight
 * groups.
 */
public final class AddressText {
  private static final int GROUPS = 8;

  private AddressText() {}

  /** An address; a zone stands after a percent sign. */
  public static String of(InetAddress address) {
    return address instanceof Inet6Address v6 ? of(v6) : address.getHostAddress();
  }

  /** Address and port, IPv6 in brackets; the name of an address that is not resolved. */
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
    int length = 1; // a single group of zeros stays
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
