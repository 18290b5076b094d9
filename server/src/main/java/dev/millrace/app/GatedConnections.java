package dev.millrace.app;

import dev.millrace.gate.GateConduit;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** The connections of one loop that came to the gate, the oldest first. Event thread only. */
final class GatedConnections {
  /** How long a client may take to see our end of stream, with what it sends then dropped. */
  static final Duration LINGER = Duration.ofSeconds(2);

  private final XnioIoThread events;
  private final boolean lingersItself;
  private final Map<GateConduit, StreamConnection> open = new LinkedHashMap<>();

  /**
   * @param lingersItself whether closing a connection of this transport waits for its peer's end,
   *     so that a request in flight does not turn the end into a reset
   */
  GatedConnections(XnioIoThread events, boolean lingersItself) {
    this.events = events;
    this.lingersItself = lingersItself;
  }

  void add(StreamConnection connection, GateConduit gate) {
    open.put(gate, connection);
    gate.whenTerminated(() -> open.remove(gate));
  }

  /**
   * Ends the connections that have no request under way and sent no part of one.
   *
   * @return how many go on
   */
  int endIdle() {
    int busy = 0;
    for (Map.Entry<GateConduit, StreamConnection> one : List.copyOf(open.entrySet())) {
      GateConduit gate = one.getKey();
      StreamConnection connection = one.getValue();
      if (!connection.isOpen()) {
        open.remove(gate);
      } else if (gate.isIdle()) {
        end(gate, connection);
      } else {
        busy++;
      }
    }
    return busy;
  }

  private void end(GateConduit gate, StreamConnection connection) {
    if (lingersItself) {
      IoUtils.safeClose(connection);
      return;
    }
    if (connection.getSinkChannel().getConduit().isWriteShutdown()) {
      return; // and lingers
    }
    gate.readReady(); // what the kernel has is a request that was received
    if (!gate.isIdle()) {
      return;
    }
    try {
      connection.getSinkChannel().shutdownWrites();
      connection.getSinkChannel().flush();
      var _ =
          events.executeAfter(
              () -> IoUtils.safeClose(connection), LINGER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException | RejectedExecutionException gone) {
      IoUtils.safeClose(connection);
    }
  }
}
