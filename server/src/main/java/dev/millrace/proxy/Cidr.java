package dev.millrace.proxy;

import dev.millrace.http.parser.IpLiteral;
import java.net.InetAddress;

/**
 * A block of addresses (RFC 4632, RFC 4291 §2.3).
 *
 * @param network an address of it
 * @param prefixBits how many of its first bits all addresses of the block share
 */
public record Cidr(InetAddress network, int prefixBits) {
  /** What a malformed block is told. */
  public static final String ALLOWED = "an address or a block, as in 10.0.0.0/8, ::1 or fd00::/8";

  public Cidr {
    if (prefixBits < 0 || prefixBits > network.getAddress().length * 8) {
      throw new IllegalArgumentException(prefixBits + " bits are not those of an address");
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
      int all = network.getAddress().length * 8;
      if (slash < 0) {
        return new Cidr(network, all);
      }
      String bits = text.substring(slash + 1);
      if (bits.matches("[0-9]{1,3}") && Integer.parseInt(bits) <= all) {
        return new Cidr(network, Integer.parseInt(bits));
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not " + ALLOWED);
  }

  /** Whether an address is of this block; one of the other family never is. */
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
