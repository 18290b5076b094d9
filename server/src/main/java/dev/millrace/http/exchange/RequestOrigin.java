package dev.millrace.http.exchange;

import dev.millrace.cache.CacheMiss;
import io.undertow.server.HttpServerExchange;
import org.jspecify.annotations.Nullable;

/**
 * What an engine tells the handlers of the request under way on its connection or stream. Each
 * {@link io.undertow.server.ServerConnection} of an engine is one. Loop thread only.
 */
public interface RequestOrigin {
  /** Receives the head of a response as it is sent. */
  @FunctionalInterface
  interface HeadListener {
    void head(byte[] head);
  }

  /** The origin of an exchange; null if no engine of ours made it. */
  static @Nullable RequestOrigin of(HttpServerExchange exchange) {
    return exchange.getConnection() instanceof RequestOrigin origin ? origin : null;
  }

  /** Why the request is refused; null if it is not. */
  @Nullable Refusal refusal();

  /** Whether the request has a field by which a proxy names its client. */
  boolean namesClient();

  /** Whether the client waits for 100 (Continue) before it sends the body. */
  boolean expectsContinue();

  /** The place of the request's answer in the cache, once; null if it is not to be kept. */
  @Nullable CacheMiss takeCacheMiss();

  /** Has the response's head passed to a listener when it is written. */
  void onHead(HeadListener listener);

  /**
   * Runs a task if the connection closes before the exchange has ended; null takes it back. One
   * task at a time.
   */
  void onAbort(@Nullable Runnable task);
}
