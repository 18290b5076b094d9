package dev.millrace.http.exchange;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long connections live, and how slow their clients may be.
 *
 * @param requests number of requests after which a connection ends; 0 for any number
 * @param age time after which a connection ends with its next response; zero for any time
 * @param minSendBytes a client must take so many bytes of a response a second; 0 for none
 * @param nowNanos a clock like {@link System#nanoTime}
 * @param listener is told of each connection that a bound ends
 */
public record ConnectionBounds(
    int requests, Duration age, int minSendBytes, LongSupplier nowNanos, Listener listener) {
  /** Is told of connections that end because of a bound. Any thread. */
  public interface Listener {
    /** A connection ends after its last response: because of its age, or of its requests. */
    void spent(boolean byAge, @Nullable SocketAddress client);

    /** The client takes a response too slowly. */
    void tooSlow(@Nullable SocketAddress client);
  }

  /** No bounds. */
  public static final ConnectionBounds NONE =
      new ConnectionBounds(
          0,
          Duration.ZERO,
          0,
          System::nanoTime,
          new Listener() {
            @Override
            public void spent(boolean byAge, @Nullable SocketAddress client) {}

            @Override
            public void tooSlow(@Nullable SocketAddress client) {}
          });
}
