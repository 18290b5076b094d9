package dev.millrace.proxy;

import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The proxies whose information about clients is trusted.
 *
 * @param proxies addresses of the proxies
 * @param unixSockets whether the peers of Unix sockets are trusted proxies
 * @param proxyProtocol whether the proxies must start each connection with a PROXY header
 */
public record TrustedProxies(List<Cidr> proxies, boolean unixSockets, boolean proxyProtocol) {
  /** The item of the list that stands for the peers of Unix sockets. */
  private static final String UNIX = "unix:";

  /** Trusts no proxy. */
  public static final TrustedProxies NONE = new TrustedProxies(List.of(), false, false);

  private static final Key<List<Optional<Cidr>>> PROXIES =
      Key.list(
              "trusted-proxies",
              "",
              "CIDR,...",
              "Proxies whose Forwarded and X-Forwarded fields are trusted, as in 10.0.0.0/8; unix:"
                  + " for the peers of Unix sockets.",
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
    List<Optional<Cidr>> proxies = settings.get(PROXIES);
    return new TrustedProxies(
        proxies.stream().flatMap(Optional::stream).toList(),
        proxies.contains(Optional.<Cidr>empty()),
        settings.get(PROXY_PROTOCOL));
  }

  /** The addresses of an item, or nothing for Unix sockets. */
  private static Optional<Cidr> cidr(String text) throws SettingsException {
    if (text.equals(UNIX)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Cidr.parse(text));
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
    return switch (peer) {
      case InetSocketAddress internet ->
          !proxies.isEmpty() && internet.getAddress() != null && trusts(internet.getAddress());
      case UnixDomainSocketAddress _ -> unixSockets;
      case null, default -> false;
    };
  }
}
