package dev.millrace.http.exchange;

import dev.millrace.http.parser.HttpLimits;
import dev.millrace.http.parser.ParserStats;
import dev.millrace.http.semantics.HttpDate;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;

/**
 * What the connections of one loop share, whatever their version of HTTP. Loop thread only, unless
 * stated otherwise.
 */
public final class EngineLoop {
  /** Size of the buffers of {@link #pool}. */
  public static final int BUFFER_BYTES = 16 << 10;

  /** Two frames of HTTP/2, or two TLS records. */
  private static final int SCRATCH_BYTES = 2 * (BUFFER_BYTES + 64);

  /** The formatted date of one second. */
  private record Stamp(long second, String text) {}

  private final ExchangeFactory exchanges;
  private final HttpLimits limits;
  private final ParserStats stats;
  private final Connections connections;
  private final RequestGate gate;
  private final ConnectionBounds bounds;
  private final ByteBufferPool pool = new DefaultByteBufferPool(false, BUFFER_BYTES, -1, 4);
  private final FieldNames names = new FieldNames();
  private @Nullable ByteBuffer scratch = ByteBuffer.allocate(SCRATCH_BYTES);
  private Stamp stamp = new Stamp(0, "");

  /** A loop without limits. */
  public EngineLoop(
      ExchangeFactory exchanges, HttpLimits limits, ParserStats stats, Connections connections) {
    this(exchanges, limits, stats, connections, RequestGate.OPEN, ConnectionBounds.NONE);
  }

  /**
   * @param gate decides on each request
   * @param bounds of all connections
   */
  public EngineLoop(
      ExchangeFactory exchanges,
      HttpLimits limits,
      ParserStats stats,
      Connections connections,
      RequestGate gate,
      ConnectionBounds bounds) {
    this.gate = gate;
    this.bounds = bounds;
    this.exchanges = exchanges;
    this.limits = limits;
    this.stats = stats;
    this.connections = connections;
  }

  public ExchangeFactory exchanges() {
    return exchanges;
  }

  public HttpLimits limits() {
    return limits;
  }

  public ParserStats stats() {
    return stats;
  }

  public Connections connections() {
    return connections;
  }

  public RequestGate gate() {
    return gate;
  }

  public ConnectionBounds bounds() {
    return bounds;
  }

  public ByteBufferPool pool() {
    return pool;
  }

  public FieldNames names() {
    return names;
  }

  /** Sets Date unless a handler has set it. Any thread. */
  public void date(HeaderMap fields) {
    if (!fields.contains(Headers.DATE)) {
      long second = System.currentTimeMillis() / 1000;
      Stamp now = stamp;
      if (now.second() != second) {
        now = new Stamp(second, HttpDate.format(second));
        stamp = now;
      }
      fields.put(Headers.DATE, now.text());
    }
  }

  /** Schedules a task of a connection; does nothing while the worker stops. */
  public XnioExecutor.Key schedule(XnioExecutor thread, Runnable task, Duration after) {
    try {
      return thread.executeAfter(task, after.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopping) {
      return () -> false; // the worker closes the connection
    }
  }

  /**
   * Takes the receive buffer, or a new one if it is in use. The caller returns it with {@link
   * #giveScratch}.
   */
  public ByteBuffer takeScratch() {
    ByteBuffer taken = scratch;
    scratch = null;
    return taken == null ? ByteBuffer.allocate(SCRATCH_BYTES) : taken.clear();
  }

  public void giveScratch(ByteBuffer taken) {
    scratch = taken;
  }
}
