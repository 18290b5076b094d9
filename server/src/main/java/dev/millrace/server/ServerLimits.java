package dev.millrace.server;

import dev.millrace.http.exchange.ConnectionBounds;
import dev.millrace.http.exchange.RequestGate;
import dev.millrace.limits.Clients;
import dev.millrace.limits.ConnectionLimits;
import dev.millrace.limits.LimitHandler;
import dev.millrace.limits.LimitSettings;
import dev.millrace.limits.LimitStats;
import dev.millrace.limits.RequestLimits;
import dev.millrace.proxy.TrustedProxies;
import dev.millrace.transport.Admission;
import dev.millrace.transport.uring.RingWorker;
import io.undertow.server.HttpHandler;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.StreamConnection;

/** The limits of the settings, for all loops. Any thread. */
final class ServerLimits {
  private static final int SWEEP_SECONDS = 5;

  private final LimitSettings settings;
  private final LimitStats stats = new LimitStats(System::nanoTime);
  private final Clients clients;
  private final ConnectionLimits connections;
  private volatile RequestLimits requests;
  private final TrustedProxies trust;
  private final int maxConnections;

  private ServerLimits(ServerSettings server, DescriptorShares shares, Transport transport)
      throws StartException {
    this.settings = server.limits();
    this.clients = new Clients(System::nanoTime, settings);
    this.maxConnections =
        settings.connections() == LimitSettings.AUTO
            ? shares.connections()
            : settings.connections();
    if (maxConnections > shares.connections()) {
      throw new StartException(
          "max-connections: "
              + maxConnections
              + " exceeds "
              + shares.connections()
              + ", which is three eighths of the process's "
              + shares.limit()
              + " descriptors; raise ulimit -n");
    }
    int perClient =
        settings.connectionsPerClient() == LimitSettings.AUTO
            ? Math.max(1, maxConnections / 2)
            : settings.connectionsPerClient();
    this.connections = new ConnectionLimits(clients, perClient, server.trustedProxies(), stats);
    this.trust = server.trustedProxies();
    this.requests = new RequestLimits(settings, trust, stats);
    if (transport instanceof Transport.Uring uring) {
      for (RingWorker worker : uring.workers()) {
        worker.whenSlow(stats::tooSlow);
      }
    } else if (settings.maxSendBytes() > 0 || settings.maxSendBytesPerClient() > 0) {
      String key = settings.maxSendBytes() > 0 ? "max-send-rate" : "max-send-rate-per-client";
      throw new StartException(key + ": requires io_uring; the transport is NIO");
    }
    var _ =
        transport
            .loops()
            .getFirst()
            .executeAtInterval(this::sweep, SWEEP_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Makes the limits of a server.
   *
   * @param transport stopped if this fails
   * @throws StartException if a limit cannot be held here
   */
  static ServerLimits open(ServerSettings server, DescriptorShares shares, Transport transport)
      throws StartException {
    try {
      return new ServerLimits(server, shares, transport);
    } catch (StartException failed) {
      transport.stopNow();
      throw failed;
    }
  }

  private void sweep() {
    clients.sweep();
    requests.clients().sweep();
  }

  /** Applies the rules and the rate of other settings to later requests. Any thread. */
  void use(LimitSettings next) {
    requests = new RequestLimits(next, trust, stats);
  }

  LimitStats stats() {
    return stats;
  }

  /** Clients with a connection, or with requests that still count. Any thread. */
  long clients() {
    return Math.max(clients.count(), requests.clients().count());
  }

  int maxConnections() {
    return maxConnections;
  }

  /** The gate of a loop's requests. */
  RequestGate gate() {
    return (connection, head, bytes, base) -> requests.check(connection, head, bytes, base);
  }

  /** The bounds of a loop's connections. */
  ConnectionBounds bounds(LongSupplier nowNanos) {
    return new ConnectionBounds(
        settings.requestsPerConnection(),
        settings.connectionAge(),
        settings.minSendBytes(),
        nowNanos,
        stats);
  }

  /** Adds the handler that responds to refused requests. */
  HttpHandler before(HttpHandler next) {
    return new LimitHandler(next, requests);
  }

  /**
   * Passes on the new connections of a loop that may stay.
   *
   * @param endOldestIdle closes an idle connection of the loop, of the clients that match
   */
  ChannelListener<StreamConnection> before(
      ChannelListener<StreamConnection> open,
      Admission admission,
      Predicate<Predicate<@Nullable SocketAddress>> endOldestIdle) {
    return connection -> {
      if (connections.admit(connection, endOldestIdle)) {
        open.handleEvent(connection);
      } else {
        admission.refuse(connection);
      }
    };
  }
}
