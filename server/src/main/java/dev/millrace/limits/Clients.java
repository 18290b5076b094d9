package dev.millrace.limits;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.xnio.StreamConnection;

/**
 * The clients with a connection, or with requests that still count. Any thread.
 *
 * <p>The number of clients is bounded. While the table is full, clients that are not in it are not
 * limited: each has at most the connections and requests that all clients together may have.
 */
public final class Clients {
  static final int MAX = 1 << 17;

  private final LongSupplier nowNanos;
  private final Pacing pacing;
  private final ConcurrentMap<ClientKey, Client> clients = new ConcurrentHashMap<>();

  /**
   * @param nowNanos a clock like {@link System#nanoTime}
   */
  public Clients(LongSupplier nowNanos, LimitSettings settings) {
    this(
        nowNanos,
        new Pacing(
            settings.maxSendBytes(),
            settings.maxSendBytesPerClient(),
            2 * settings.minSendBytes()));
  }

  Clients(LongSupplier nowNanos, Pacing pacing) {
    this.nowNanos = nowNanos;
    this.pacing = pacing;
  }

  long nowNanos() {
    return nowNanos.getAsLong();
  }

  Client of(ClientKey key) {
    Client known = clients.get(key);
    if (known != null) {
      return known;
    }
    Client made = new Client(key);
    if (clients.size() >= MAX) {
      return made;
    }
    Client raced = clients.putIfAbsent(key, made);
    return raced == null ? made : raced;
  }

  /**
   * Adds a connection of a client.
   *
   * @return false if the client has {@code max} open ones
   */
  boolean add(ClientKey key, StreamConnection connection, int max) {
    if (clients.size() >= MAX && !clients.containsKey(key)) {
      return true;
    }
    boolean[] added = new boolean[1];
    var _ =
        clients.compute( // not while sweep() forgets this client
            key,
            (_, known) -> {
              Client client = known == null ? new Client(key) : known;
              added[0] = client.add(connection, max);
              if (added[0] && pacing.perClient() > 0) {
                client.pace(pacing, connection);
              }
              return client;
            });
    return added[0];
  }

  /** Sets the rate of a connection that is not counted for a client. */
  void pace(StreamConnection connection) {
    Pacing.apply(connection, pacing.perConnection());
  }

  /** Whether the connections of a client share a rate. */
  boolean sharesRates() {
    return pacing.perClient() > 0;
  }

  /** The number of clients in the table. */
  public int count() {
    return clients.size();
  }

  /** Forgets clients that have gone. Called regularly. */
  public void sweep() {
    long now = nowNanos();
    for (ClientKey key : clients.keySet()) {
      var _ =
          clients.computeIfPresent(
              key,
              (_, client) -> {
                if (client.isForgettable(now)) {
                  return null;
                }
                if (sharesRates()) {
                  client.pace(pacing, null); // what closed connections had goes to the others
                }
                return client;
              });
    }
  }
}
