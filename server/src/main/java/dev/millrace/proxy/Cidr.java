package dev.millrace.proxy;

import dev.millrace.http.parser.IpLiteral;
import java.net.InetAddress;

/**
 * A block of addresses (RFC 4632, RFC 4291 §2.3).
 *
 * @param network any address of the block
 * @param prefixBits number of leading bits that all addresses of the block share
 */
public record Cidr(InetAddress network, int prefixBits) {
  /** The format, for error messages. */
  public static final String ALLOWED = "an address or a block, as in 10.0.0.0/8, ::1 or fd00::/8";

  public Cidr {
    if (prefixBits < 0 || prefixBits > network.getAddress().length * 8) {
      throw new IllegalArgumentException("prefix length " + prefixBits + " is out of range");
    }
  }

  /**
   * Parses {@code ADDRESS} or {@code ADDRESS/BITS}.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    InetAddress network = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
    if (network != null) {
      int maxBits = network.getAddress().length * 8;
      if (slash < 0) {
        return new Cidr(network, maxBits);
      }
      String bits = text.substring(slash + 1);
      if (bits.matches("[0-9]{1,3}") && Integer.parseInt(bits) <= maxBits) {
        return new Cidr(network, Integer.parseInt(bits));
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not " + ALLOWED);
  }

  /** Whether the block contains an address; false for the other address family. */
  public boolean contains(InetAddress address) {
    byte[] ours = network.getAddress();
    byte[] theirs = address.getAddress();
    if (ours.length != theirs.length) {
      return false;
    }
    int whole = prefixBits / 8;
    for (int i = 0; i < whole; i++) {
      if (ours[i] != theirs[i]) {
        return false;
      }
    }
    int rest = prefixBits % 8;
    return rest == 0 || ((ours[whole] ^ theirs[whole]) & 0xff) >> (8 - rest) == 0;
  }
}
