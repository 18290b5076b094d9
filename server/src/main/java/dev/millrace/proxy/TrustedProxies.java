package dev.millrace.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The proxies whose information about clients is trusted.
 *
 * @param proxies addresses of the proxies
 * @param proxyProtocol whether the proxies must start each connection with a PROXY header
 */
public record TrustedProxies(List<Cidr> proxies, boolean proxyProtocol) {
  /** Trusts no proxy. */
  public static final TrustedProxies NONE = new TrustedProxies(List.of(), false);

  public TrustedProxies {
    proxies = List.copyOf(proxies);
  }

  /** Whether an address is that of a trusted proxy. */
  public boolean trusts(InetAddress address) {
    for (Cidr block : proxies) {
      if (block.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a peer is a trusted proxy. */
  public boolean trusts(@Nullable SocketAddress peer) {
    return !proxies.isEmpty()
        && peer instanceof InetSocketAddress internet
        && internet.getAddress() != null
        && trusts(internet.getAddress());
  }
}
