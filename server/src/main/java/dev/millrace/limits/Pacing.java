package dev.millrace.limits;

import dev.millrace.transport.PacedConnection;
import java.util.concurrent.RejectedExecutionException;
import org.xnio.StreamConnection;

/**
 * How fast connections are sent. Any thread.
 *
 * @param perConnection bytes a second; 0 for any rate
 * @param perClient bytes a second of all connections of a client; 0 for any rate
 * @param least bytes a second that a connection gets in any case, so that it is not ended as slow
 */
record Pacing(int perConnection, int perClient, int least) {
  /** The rate of one of so many connections of a client; 0 for any rate. */
  int share(int connections) {
    int share = perClient == 0 ? perConnection : Math.max(least, perClient / connections);
    return perConnection == 0 ? share : Math.min(share, perConnection);
  }

  /** Sets a connection's rate, on its own loop. */
  static void apply(StreamConnection connection, int bytesPerSecond) {
    if (bytesPerSecond > 0 && connection instanceof PacedConnection paced) {
      try {
        connection
            .getIoThread()
            .execute(() -> {
              if (connection.isOpen()) {
                paced.pace(bytesPerSecond);
              }
            });
      } catch (RejectedExecutionException stopping) {
        // the connection ends with its loop
      }
    }
  }
}
