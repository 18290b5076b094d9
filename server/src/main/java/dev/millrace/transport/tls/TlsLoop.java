package dev.millrace.transport.tls;

import dev.millrace.loop.LoopExecutors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.xnio.ChannelListener;
import org.xnio.StreamConnection;

/**
 * Accepts the TLS connections of one loop and passes them on after their handshakes. Loop thread
 * only.
 */
public final class TlsLoop implements ChannelListener<StreamConnection> {
  /** A client that has sent nothing for this long may lose its place to a new connection. */
  private static final long YOUNG_NANOS = 1_000_000_000L;

  private final TlsServer server;
  private final ChannelListener<? super StreamConnection> next;
  private final HandshakeStats stats;
  private final LoopExecutors executors;
  private final LongSupplier nowNanos;
  private final TlsBuffers buffers = new TlsBuffers();
  private final Set<Handshake> handshakes = new LinkedHashSet<>();

  /**
   * @param loop posts a task to the loop thread
   * @param nowNanos a clock like {@link System#nanoTime}
   * @param next gets the connections whose handshakes are complete
   */
  public TlsLoop(
      TlsServer server,
      Executor loop,
      LongSupplier nowNanos,
      HandshakeStats stats,
      ChannelListener<? super StreamConnection> next) {
    this.server = server;
    this.next = next;
    this.stats = stats;
    this.executors = new LoopExecutors(server.pool(), loop);
    this.nowNanos = nowNanos;
  }

  /** Starts the handshake of an accepted connection; nothing of TLS must have been read from it. */
  @Override
  public void handleEvent(StreamConnection connection) {
    Handshake handshake = new Handshake(this, connection);
    handshakes.add(handshake);
    stats.started();
    handshake.start();
  }

  /** Ends the oldest handshake, unless all are young; false then. */
  public boolean endOldest() {
    for (Handshake oldest : handshakes) {
      if (nowNanos.getAsLong() - oldest.startedNanos() < YOUNG_NANOS) {
        return false;
      }
      oldest.fail(HandshakeStats.Failure.OVERLOAD);
      return true;
    }
    return false;
  }

  /** Ends all handshakes, because the server stops. */
  public void endAll() {
    for (Handshake each : new ArrayList<>(handshakes)) {
      each.fail(HandshakeStats.Failure.CLOSED);
    }
  }

  void ended(Handshake handshake) {
    handshakes.remove(handshake);
  }

  void completed(TlsConnection connection) {
    next.handleEvent(connection);
  }

  TlsServer server() {
    return server;
  }

  HandshakeStats stats() {
    return stats;
  }

  LoopExecutors executors() {
    return executors;
  }

  TlsBuffers buffers() {
    return buffers;
  }

  long nowNanos() {
    return nowNanos.getAsLong();
  }
}
