package dev.millrace.proxy;

import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
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

  private static final Key<List<Cidr>> PROXIES =
      Key.list(
              "trusted-proxies",
              "",
              "CIDR,...",
              "Proxies whose Forwarded and X-Forwarded fields are trusted, as in 10.0.0.0/8.",
              TrustedProxies::cidr)
          .formerly("proxies");

  private static final Key<Boolean> PROXY_PROTOCOL =
      Key.one(
          "proxy-protocol",
          "off",
          "on|off",
          "Whether those proxies send the PROXY protocol header.",
          Parser::flag);

  /** The keys of trusted proxies. */
  public static final List<Key<?>> KEYS = List.of(PROXIES, PROXY_PROTOCOL);

  public TrustedProxies {
    proxies = List.copyOf(proxies);
  }

  /** The proxies that are configured. */
  public static TrustedProxies of(Settings settings) {
    return new TrustedProxies(settings.get(PROXIES), settings.get(PROXY_PROTOCOL));
  }

  private static Cidr cidr(String text) throws SettingsException {
    try {
      return Cidr.parse(text);
    } catch (IllegalArgumentException wrong) {
      throw new SettingsException(String.valueOf(wrong.getMessage()));
    }
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
