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

/** Makes the HTTP/1 connections of one loop, and has what they share. Loop thread only. */
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
   * @param caches what answers a connection's requests from the cache, or null
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

  /** Serves a connection that nothing has been read from. */
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

  /** Runs a task of a connection's after a time; nothing is left to time once the loop stops. */
  XnioExecutor.Key schedule(XnioExecutor thread, Runnable task, Duration after) {
    try {
      return thread.executeAfter(task, after.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopping) {
      return () -> false; // the connection ends with its worker
    }
  }

  /** The parser that connections share which hold no part of a head. */
  HeadParser parser() {
    return parser;
  }

  /** A connection keeps a parser, which has seen a part of a head; the others get another. */
  void keepParser(HeadParser kept) {
    if (kept.equals(parser)) {
      parser = new HeadParser(limits);
    }
  }

  /** Memory to receive into while a call lasts; to be given back. */
  ByteBuffer takeScratch() {
    ByteBuffer taken = scratch;
    scratch = null;
    return taken == null ? ByteBuffer.allocate(BUFFER_BYTES) : taken.clear();
  }

  void giveScratch(ByteBuffer taken) {
    scratch = taken;
  }
}
