package dev.millrace.cache;

import dev.millrace.http.parser.HeadParser;
import org.xnio.StreamConnection;

/** Notified of each cached response, for metrics and access log. Loop thread. */
public interface CacheListener {
  /** Notified when a cached response ends. */
  @FunctionalInterface
  interface Ending {
    /**
     * The response is passed to the kernel, or its connection has failed.
     *
     * @param bodyBytes number of body bytes passed to the kernel
     */
    void onEnd(long bodyBytes);
  }

  /**
   * A cached response was sent. {@code head} and {@code bytes} are valid only during the call.
   *
   * @param base index of the head in {@code bytes}
   * @param connection the connection, which has the client's address
   */
  void onAnswer(
      CachedResponse answer,
      HeadParser head,
      byte[] bytes,
      int base,
      StreamConnection connection,
      long durationNanos);

  /**
   * A cached response with a long body was started. {@code head} and {@code bytes} are valid only
   * during the call.
   */
  Ending onStart(
      CachedResponse answer, HeadParser head, byte[] bytes, int base, StreamConnection connection);
}
