package dev.millrace.cache;

import dev.millrace.http.parser.HeadParser;
import org.xnio.StreamConnection;

/** Is told of each answer from memory. Loop thread. */
public interface CacheListener {
  /** Is told of an answer's end. */
  @FunctionalInterface
  interface Ending {
    /**
     * The answer has been handed over, or its connection has broken.
     *
     * @param bodyBytes of it that were handed over
     */
    void onEnd(long bodyBytes);
  }

  /**
   * A request was answered; head and bytes only while the call lasts.
   *
   * @param base where the head begins in {@code bytes}
   * @param connection on which, with the client's address
   */
  void onAnswer(
      CachedResponse answer,
      HeadParser head,
      byte[] bytes,
      int base,
      StreamConnection connection,
      long durationNanos);

  /**
   * The head of an answer was given, and a body that takes its time is under way. Head and bytes
   * only while the call lasts.
   */
  Ending onStart(
      CachedResponse answer, HeadParser head, byte[] bytes, int base, StreamConnection connection);
}
