package dev.millrace.http.http1;

import dev.millrace.cache.CachedResponseInterceptor;
import dev.millrace.http.exchange.EngineLoop;
import dev.millrace.http.parser.HeadParser;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.StreamConnection;

/** Creates the HTTP/1 connections of one loop and holds their shared state. Loop thread only. */
public final class Http1Loop implements ChannelListener<StreamConnection> {
  private final EngineLoop engine;
  private final Function<StreamConnection, @Nullable CachedResponseInterceptor> caches;
  private final ResponseHead heads = new ResponseHead();
  private final @Nullable Http2Start http2;
  private HeadParser parser;

  /** Continues a connection whose first bytes are the preface of HTTP/2. */
  @FunctionalInterface
  public interface Http2Start {
    /**
     * @param received the bytes received until now, which the callee copies
     */
    void start(StreamConnection connection, ByteBuffer received);
  }

  /**
   * @param caches returns the response cache's interceptor of a connection, or null
   * @param http2 gets plain connections that begin with the preface of HTTP/2; null to refuse them
   */
  public Http1Loop(
      EngineLoop engine,
      Function<StreamConnection, @Nullable CachedResponseInterceptor> caches,
      @Nullable Http2Start http2) {
    this.engine = engine;
    this.caches = caches;
    this.http2 = http2;
    this.parser = new HeadParser(engine.limits());
  }

  /** Starts a new connection; nothing must have been read from it. */
  @Override
  public void handleEvent(StreamConnection connection) {
    new Http1Connection(this, connection, caches.apply(connection)).start();
  }

  EngineLoop engine() {
    return engine;
  }

  ResponseHead heads() {
    return heads;
  }

  @Nullable Http2Start http2() {
    return http2;
  }

  /** The parser shared by all connections that hold no partial head. */
  HeadParser parser() {
    return parser;
  }

  /** Lets a connection keep a parser that has processed a partial head; replaces the shared one. */
  void keepParser(HeadParser kept) {
    if (kept.equals(parser)) {
      parser = new HeadParser(engine.limits());
    }
  }
}
