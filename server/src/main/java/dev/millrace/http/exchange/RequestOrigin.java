package dev.millrace.http.exchange;

import dev.millrace.cache.CacheMiss;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import org.jspecify.annotations.Nullable;

/**
 * The engine's information about the current request of a connection or stream, for handlers. Each
 * {@link io.undertow.server.ServerConnection} of an engine implements it. Loop thread only.
 */
public interface RequestOrigin {
  /** Receives the head of a response when it is written. */
  @FunctionalInterface
  interface HeadListener {
    void head(byte[] head);
  }

  /** The origin of an exchange; null if another listener created the exchange. */
  static @Nullable RequestOrigin of(HttpServerExchange exchange) {
    return exchange.getConnection() instanceof RequestOrigin origin ? origin : null;
  }

  /** The reason why the request is rejected; null if it is valid. */
  @Nullable Refusal refusal();

  /** Whether the request arrived over TLS. */
  boolean isSecure();

  /** The subject of the client's certificate, or null if it has none; see RFC 2253. */
  @Nullable String clientSubject();

  /** Whether the request has a field in which a proxy names the client. */
  boolean namesClient();

  /** Whether the client waits for 100 (Continue) before it sends the body. */
  boolean expectsContinue();

  /**
   * Sends an interim response (RFC 9110 §15.2). To a client of HTTP/1.0 nothing is sent.
   *
   * @param exchange the current one, whose response has not started
   * @param reason for HTTP/1.1, which has one
   */
  void sendInterim(HttpServerExchange exchange, int status, String reason, HeaderMap fields);

  /** What the limits say of the request. */
  RequestGate.Verdict verdict();

  /** Whether the client accepts trailer fields in the response, and the HTTP version has them. */
  boolean acceptsTrailers();

  /** Sets the trailer fields of the response. Call this before the response's channel exists. */
  void trailers(ResponseTrailers trailers);

  /** Returns the request's cache miss once, to cache its response; null if it is not cacheable. */
  @Nullable CacheMiss takeCacheMiss();

  /** Sets the listener that gets the response's head. */
  void onHead(HeadListener listener);

  /**
   * Sets the task to run if the connection closes before the exchange has ended; replaces the
   * previous one, null removes it.
   */
  void onAbort(@Nullable Runnable task);
}
