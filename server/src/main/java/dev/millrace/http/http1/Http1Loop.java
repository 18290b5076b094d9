package dev.millrace.http.http1;

import dev.millrace.cache.CachedResponseInterceptor;
import dev.millrace.http.exchange.Connections;
import dev.millrace.http.exchange.ExchangeFactory;
import dev.millrace.http.exchange.FieldNames;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.HttpLimits;
import dev.millrace.http.parser.ParserStats;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;

/** Creates the HTTP/1 connections of one loop and holds their shared state. Loop thread only. */
public final class Http1Loop implements ChannelListener<StreamConnection> {
  static final int BUFFER_BYTES = 16 << 10;

  private final ExchangeFactory exchanges;
  private final HttpLimits limits;
  private final ParserStats stats;
  private final Connections connections;
  private final Function<StreamConnection, @Nullable CachedResponseInterceptor> caches;
  private final ByteBufferPool pool = new DefaultByteBufferPool(false, BUFFER_BYTES, -1, 4);
  private final FieldNames names = new FieldNames();
  private final ResponseHead heads = new ResponseHead();
  private HeadParser parser;
  private @Nullable ByteBuffer scratch = ByteBuffer.allocate(BUFFER_BYTES);

  /**
   * @param caches returns the response cache's interceptor of a connection, or null
   */
  public Http1Loop(
      ExchangeFactory exchanges,
      HttpLimits limits,
      ParserStats stats,
      Connections connections,
      Function<StreamConnection, @Nullable CachedResponseInterceptor> caches) {
    this.exchanges = exchanges;
    this.limits = limits;
    this.stats = stats;
    this.connections = connections;
    this.caches = caches;
    this.parser = new HeadParser(limits);
  }

  /** Starts a new connection; nothing must have been read from it. */
  @Override
  public void handleEvent(StreamConnection connection) {
    new Http1Connection(this, connection, caches.apply(connection)).start();
  }

  ExchangeFactory exchanges() {
    return exchanges;
  }

  HttpLimits limits() {
    return limits;
  }

  ParserStats stats() {
    return stats;
  }

  Connections connections() {
    return connections;
  }

  ByteBufferPool pool() {
    return pool;
  }

  FieldNames names() {
    return names;
  }

  ResponseHead heads() {
    return heads;
  }

  /** Schedules a task of a connection; does nothing while the worker stops. */
  XnioExecutor.Key schedule(XnioExecutor thread, Runnable task, Duration after) {
    try {
      return thread.executeAfter(task, after.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopping) {
      return () -> false; // the worker closes the connection
    }
  }

  /** The parser shared by all connections that hold no partial head. */
  HeadParser parser() {
    return parser;
  }

  /** Lets a connection keep a parser that has processed a partial head; replaces the shared one. */
  void keepParser(HeadParser kept) {
    if (kept.equals(parser)) {
      parser = new HeadParser(limits);
    }
  }

  /**
   * Takes the receive buffer, or a new one if it is in use. The caller returns it with {@link
   * #giveScratch}.
   */
  ByteBuffer takeScratch() {
    ByteBuffer taken = scratch;
    scratch = null;
    return taken == null ? ByteBuffer.allocate(BUFFER_BYTES) : taken.clear();
  }

  void giveScratch(ByteBuffer taken) {
    scratch = taken;
  }
}
