package dev.millrace.cache;

import dev.millrace.http.parser.HeadParser;
import dev.millrace.transport.SecureConnection;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/**
 * Finds the cached responses to the requests of one HTTP/2 connection, which sends them itself.
 * Loop thread only.
 */
public final class CachedStreamResponses {
  private final ResponseCache cache;
  private final StreamConnection connection;
  private final boolean secure;
  private byte @Nullable [] missed;
  private MemorySegment body = MemorySegment.NULL;
  private long startedNanos;

  /**
   * @param connection where the requests arrive
   */
  public CachedStreamResponses(ResponseCache cache, StreamConnection connection) {
    this.cache = cache;
    this.connection = connection;
    this.secure = connection instanceof SecureConnection;
  }

  /**
   * Finds the response to a request without a body, with its range selected. It is valid until the
   * next call of this object or of the cache.
   *
   * @param bytes begin with the head
   */
  public @Nullable CachedResponse find(HeadParser head, byte[] bytes) {
    missed = null;
    int length = head.isCacheable() ? cache.keys().gather(head, bytes, 0, secure, true) : -1;
    if (length < 0) {
      return null;
    }
    startedNanos = System.nanoTime();
    CachedResponse response = cache.find(length);
    if (response == null || !response.select(cache.keys().range()) || !hasBody(response)) {
      cache.stats().missed();
      missed = cache.keys().copy(length);
      return null;
    }
    return response;
  }

  private boolean hasBody(CachedResponse response) {
    body = MemorySegment.NULL;
    if (response.hasSmallBody()) {
      MemorySegment found = cache.body(response);
      if (found == null) {
        return false;
      }
      body = found;
    }
    return true;
  }

  /** The body in memory of the last found response; empty if it has none or is sent from a file. */
  public MemorySegment body() {
    return body;
  }

  /** The last found response was sent. */
  public void sent(CachedResponse response, HeadParser head, byte[] bytes) {
    cache.stats().hit();
    long took = System.nanoTime() - startedNanos;
    cache.listener().onAnswer(response, head, bytes, 0, connection, took);
  }

  /** The head of the last found response was sent, and its body from a file follows. */
  public CacheListener.Ending started(CachedResponse response, HeadParser head, byte[] bytes) {
    cache.stats().hit();
    return cache.listener().onStart(response, head, bytes, 0, connection);
  }

  /** The miss of the last request, at most once; null if its response is not to be cached. */
  public @Nullable CacheMiss takeMiss() {
    byte[] key = missed;
    missed = null;
    return key == null ? null : new CacheMiss(cache, key);
  }
}
