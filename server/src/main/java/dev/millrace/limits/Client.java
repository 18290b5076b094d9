package dev.millrace.limits;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/** What is counted of one client. Any thread. */
final class Client {
  private static final int FIRST_PURGE = 16;

  private final ClientKey key;

  /** The connections, and some that have closed since the last purge. */
  private final List<StreamConnection> connections = new ArrayList<>();

  private int purgeAt = FIRST_PURGE;

  /** The number of connections among which the client's rate was last divided. */
  private int divided;

  private @Nullable TokenBucket requests;
  private TokenBucket @Nullable [] rules;

  Client(ClientKey key) {
    this.key = key;
  }

  @Override
  public String toString() {
    return key.toString();
  }

  /**
   * Adds a connection.
   *
   * @return false if the client has {@code max} open ones
   */
  synchronized boolean add(StreamConnection connection, int max) {
    if (connections.size() >= Math.min(max, purgeAt)) {
      purge();
      if (connections.size() >= max) {
        return false;
      }
    }
    connections.add(connection);
    return true;
  }

  private void purge() {
    connections.removeIf(connection -> !connection.isOpen());
    purgeAt = Math.max(FIRST_PURGE, 2 * connections.size());
  }

  /**
   * Divides the client's rate among its connections, when their number has changed by an eighth.
   *
   * @param added the connection that has just been added, or null
   */
  synchronized void pace(Pacing pacing, @Nullable StreamConnection added) {
    int count = Math.max(1, connections.size());
    if (Math.abs(count - divided) > divided / 8) {
      purge();
      divided = Math.max(1, connections.size());
      for (StreamConnection connection : connections) {
        Pacing.apply(connection, pacing.share(divided));
      }
    } else if (added != null) {
      Pacing.apply(added, pacing.share(divided));
    }
  }

  /** The bucket for all requests. */
  synchronized TokenBucket requests(Function<ClientKey, TokenBucket> make) {
    if (requests == null) {
      requests = make.apply(key);
    }
    return requests;
  }

  /** The bucket of a rule, of so many. */
  synchronized TokenBucket rule(int index, int count, Function<ClientKey, TokenBucket> make) {
    if (rules == null) {
      rules = new TokenBucket[count];
    }
    TokenBucket bucket = rules[index];
    if (bucket == null) {
      bucket = make.apply(key);
      rules[index] = bucket;
    }
    return bucket;
  }

  /** Whether nothing would change if the client were forgotten. */
  synchronized boolean isForgettable(long nowNanos) {
    purge();
    if (!connections.isEmpty() || (requests != null && !requests.isFull(nowNanos))) {
      return false;
    }
    if (rules != null) {
      for (TokenBucket bucket : rules) {
        if (bucket != null && !bucket.isFull(nowNanos)) {
          return false;
        }
      }
    }
    return true;
  }
}
