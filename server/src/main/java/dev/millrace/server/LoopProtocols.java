package dev.millrace.server;

import dev.millrace.cache.CachedResponseInterceptor;
import dev.millrace.cache.CachedStreamResponses;
import dev.millrace.files.ReadBuffers;
import dev.millrace.files.RingReads;
import dev.millrace.http.exchange.EngineLoop;
import dev.millrace.http.http1.Http1Loop;
import dev.millrace.http.http2.Http2Limits;
import dev.millrace.http.http2.Http2Loop;
import dev.millrace.http.http2.Http2Settings;
import dev.millrace.http.http2.Http2Stats;
import dev.millrace.loop.EventLoop;
import dev.millrace.transport.SecureConnection;
import dev.millrace.transport.tls.HandshakeStats;
import dev.millrace.transport.tls.TlsLoop;
import dev.millrace.transport.tls.TlsServer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** The protocols of one loop's connections: TLS, HTTP/1 and HTTP/2. Loop thread only. */
final class LoopProtocols {
  private final ServerSettings settings;
  private final LoopCaches caches;
  private final Http2Stats http2Stats = new Http2Stats();
  private final Http2Loop http2;
  private final Http1Loop http1;
  private final @Nullable HandshakeStats handshakes;
  private final @Nullable TlsLoop tls;

  LoopProtocols(
      int number,
      LoopContext.Shared shared,
      EngineLoop engine,
      LoopCaches caches,
      ReadBuffers buffers) {
    this.settings = shared.settings();
    this.caches = caches;
    LongSupplier clock = shared.transport().clock(number);
    XnioIoThread events = shared.transport().loops().get(number);
    EventLoop loop = shared.transport().eventLoop(number);
    this.http2 =
        new Http2Loop(
            engine,
            Http2Limits.DEFAULT,
            http2Stats,
            clock,
            this::streamResponses,
            buffers,
            loop == null ? null : new RingReads(loop));
    this.http1 =
        new Http1Loop(
            engine, this::interceptor, settings.get(Http2Settings.H2C) ? http2::start : null);
    HttpsServices https = shared.https();
    this.handshakes = https == null ? null : new HandshakeStats();
    this.tls =
        https == null || handshakes == null
            ? null
            : new TlsLoop(https.tls(), events, clock, handshakes, this::secured);
    var _ = events.executeAtInterval(http2::sweep, 1, TimeUnit.SECONDS);
  }

  /** Starts the protocol that a TLS handshake has agreed on. */
  private void secured(StreamConnection connection) {
    boolean two =
        connection instanceof SecureConnection secure
            && TlsServer.HTTP2_PROTOCOL.equals(secure.applicationProtocol());
    (two ? http2 : http1).handleEvent(connection);
  }

  /** The interceptor for a connection, or null if the cache must not respond to its requests. */
  private @Nullable CachedResponseInterceptor interceptor(StreamConnection connection) {
    return isRedirected(connection) ? null : caches.answering(connection);
  }

  /** The same for an HTTP/2 connection. */
  private @Nullable CachedStreamResponses streamResponses(StreamConnection connection) {
    return isRedirected(connection) ? null : caches.answeringStreams(connection);
  }

  private boolean isRedirected(StreamConnection connection) {
    return settings.https().policy().redirects() && !(connection instanceof SecureConnection);
  }

  /** The listener for new connections. */
  ChannelListener<StreamConnection> opening() {
    return Listeners.opening(http1, settings);
  }

  /** The listener for new TLS connections, or null without HTTPS. */
  @Nullable ChannelListener<StreamConnection> tlsOpening() {
    return tls == null ? null : Listeners.opening(tls, settings);
  }

  /** Ends the oldest TLS handshake; false if there is none that may end. */
  boolean endOldestHandshake() {
    return tls != null && tls.endOldest();
  }

  void endHandshakes() {
    if (tls != null) {
      tls.endAll();
    }
  }

  /** Announces a stop to the clients of HTTP/2. */
  void drain() {
    http2.drain();
  }

  Http2Stats http2Stats() {
    return http2Stats;
  }

  /** The statistics of TLS handshakes, or null without HTTPS. */
  @Nullable HandshakeStats handshakes() {
    return handshakes;
  }
}
