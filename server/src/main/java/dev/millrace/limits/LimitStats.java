package dev.millrace.limits;

import dev.millrace.http.exchange.ConnectionBounds;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Counts how often each limit was exceeded, and logs it once a minute. Any thread. */
public final class LimitStats implements ConnectionBounds.Listener {
  private static final Logger LOG = Logger.getLogger("dev.millrace.limits");
  private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int COUNT = Limit.values().length;

  private final LongSupplier nowNanos;
  private final long startNanos;
  private final AtomicLongArray counts = new AtomicLongArray(COUNT);

  /** When each limit may be logged again, after the start. */
  private final AtomicLongArray nextLogNanos = new AtomicLongArray(COUNT);

  /** The count at the last line of each limit. */
  private final AtomicLongArray logged = new AtomicLongArray(COUNT);

  /**
   * @param nowNanos a clock like {@link System#nanoTime}
   */
  public LimitStats(LongSupplier nowNanos) {
    this.nowNanos = nowNanos;
    this.startNanos = nowNanos.getAsLong();
  }

  /** How often a limit was exceeded. */
  public long count(Limit limit) {
    return counts.get(limit.ordinal());
  }

  /**
   * Counts a limit that was exceeded.
   *
   * @param client for the log
   */
  void exceeded(Limit limit, String client) {
    int at = limit.ordinal();
    long count = counts.incrementAndGet(at);
    long now = nowNanos.getAsLong() - startNanos;
    long due = nextLogNanos.get(at);
    if (now < due || !nextLogNanos.compareAndSet(at, due, now + PERIOD_NANOS)) {
      return;
    }
    long more = count - logged.getAndSet(at, count) - 1;
    LOG.warning(
        limit.label()
            + ": "
            + (limit.refuses() ? "refused " : "ended a connection of ")
            + client
            + (more > 0 ? "; " + more + " more since the last such line" : ""));
  }

  @Override
  public void tooSlow(@Nullable SocketAddress client) {
    exceeded(Limit.SEND_RATE, ClientKey.text(client));
  }

  @Override
  public void spent(boolean byAge, @Nullable SocketAddress client) {
    exceeded(byAge ? Limit.CONNECTION_AGE : Limit.REQUESTS_PER_CONNECTION, ClientKey.text(client));
  }
}
