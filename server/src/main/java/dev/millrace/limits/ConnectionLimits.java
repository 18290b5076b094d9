package dev.millrace.limits;

import dev.millrace.proxy.TrustedProxies;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/**
 * Bounds the connections of each client. Trusted proxies are not bounded: their connections are
 * those of many clients. Any thread.
 */
public final class ConnectionLimits {
  private final Clients clients;
  private final int max;
  private final TrustedProxies trust;
  private final LimitStats stats;

  /**
   * @param max maximum number of connections of a client; 0 for any number
   */
  public ConnectionLimits(Clients clients, int max, TrustedProxies trust, LimitStats stats) {
    this.clients = clients;
    this.max = max;
    this.trust = trust;
    this.stats = stats;
  }

  /**
   * Whether a new connection may stay. At the bound it replaces an idle connection of the same
   * client.
   *
   * @param endOldestIdle closes an idle connection, of the peers that match; false if it finds none
   */
  public boolean admit(
      StreamConnection connection, Predicate<Predicate<@Nullable SocketAddress>> endOldestIdle) {
    boolean counts = max > 0 || clients.sharesRates();
    SocketAddress peer = counts ? connection.getPeerAddress() : null;
    ClientKey key = trust.trusts(peer) ? null : ClientKey.of(peer);
    if (key == null || !clients.sharesRates()) {
      clients.pace(connection);
    }
    if (key == null
        || clients.add(key, connection, max == 0 ? Integer.MAX_VALUE : max)
        || (endOldestIdle.test(other -> key.equals(ClientKey.of(other)))
            && clients.add(key, connection, max + 1))) { // its close may take a moment
      return true;
    }
    stats.exceeded(Limit.CONNECTIONS_PER_CLIENT, key.toString());
    return false;
  }

  /** The client's address, without looking up a name. */
  static @Nullable InetAddress address(@Nullable SocketAddress peer) {
    return peer instanceof InetSocketAddress internet ? internet.getAddress() : null;
  }
}
