package dev.millrace.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose word about clients is taken.
 *
 * @param proxies addresses of proxies; nobody else is believed
 * @param proxyProtocol whether these begin each connection with a PROXY header; then they must
 */
public record TrustedProxies(List<Cidr> proxies, boolean proxyProtocol) {
  /** Nobody's. */
  public static final TrustedProxies NONE = new TrustedProxies(List.of(), false);

  public TrustedProxies {
    proxies = List.copyOf(proxies);
  }

  /** Whether an address is a proxy's. */
  public boolean trusts(InetAddress address) {
    for (Cidr block : proxies) {
      if (block.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a peer is a proxy. */
  public boolean trusts(@Nullable SocketAddress peer) {
    return !proxies.isEmpty()
        && peer instanceof InetSocketAddress internet
        && internet.getAddress() != null
        && trusts(internet.getAddress());
  }
}
