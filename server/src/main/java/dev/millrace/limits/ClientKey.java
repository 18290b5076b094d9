package dev.millrace.limits;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * What counts as one client: an IPv4 address, or an IPv6 network of 64 bits, since a customer gets
 * at least that (RFC 6177).
 *
 * @param network the address, or the first 64 bits of it
 */
public record ClientKey(long network, boolean isIpv6) {
  static ClientKey of(InetAddress address) {
    byte[] bytes = address.getAddress();
    boolean ipv6 = bytes.length > Integer.BYTES;
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new ClientKey(ipv6 ? buffer.getLong() : buffer.getInt(), ipv6);
  }

  /** The key of a peer; null if it has no address. */
  public static @Nullable ClientKey of(@Nullable SocketAddress peer) {
    return peer instanceof InetSocketAddress internet && internet.getAddress() != null
        ? of(internet.getAddress())
        : null;
  }

  /** The key of credentials: a hash among the addresses of multicast, which no client has. */
  static ClientKey ofCredentials(String credentials) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(credentials.getBytes(StandardCharsets.UTF_8));
      return new ClientKey(0xffL << 56 | ByteBuffer.wrap(hash).getLong() >>> 8, true);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The client of a peer, for the log. */
  static String text(@Nullable SocketAddress peer) {
    ClientKey key = of(peer);
    return key == null ? "an unknown client" : key.toString();
  }

  @Override
  public String toString() {
    try {
      if (!isIpv6) {
        byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt((int) network).array();
        return InetAddress.getByAddress(bytes).getHostAddress();
      }
      byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES).putLong(network).array();
      return InetAddress.getByAddress(bytes).getHostAddress() + "/64";
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
