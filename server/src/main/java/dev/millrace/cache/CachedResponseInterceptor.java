package dev.millrace.cache;

import dev.millrace.http.parser.HeadParser;
import dev.millrace.transport.DirectOutput;
import dev.millrace.transport.SecureConnection;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/** Responds to one connection's cacheable requests from the cache. Loop thread only. */
public final class CachedResponseInterceptor implements DirectOutput.SendListener {
  /** A body longer than this is logged when it ends, not when it starts. */
  private static final long LONG_BYTES = 1 << 20;

  /** The connection. It sends nothing else while {@link #isSending}. */
  public interface Owner {
    /**
     * A response with a body from a file has ended.
     *
     * @param whole whether the connection can still send
     */
    void onResponseSent(boolean whole);
  }

  private final ResponseCache cache;
  private final DirectOutput output;
  private final StreamConnection connection;
  private final boolean secure;
  private @Nullable Owner owner;
  private byte @Nullable [] key;
  private boolean sending;
  private CacheListener.@Nullable Ending ending;

  private CachedResponseInterceptor(
      ResponseCache cache, DirectOutput output, StreamConnection connection) {
    this.cache = cache;
    this.output = output;
    this.connection = connection;
    this.secure = connection instanceof SecureConnection;
  }

  /** The interceptor of a connection; null if its output is not a {@link DirectOutput}. */
  public static @Nullable CachedResponseInterceptor of(
      ResponseCache cache, StreamConnection connection) {
    return connection.getSinkChannel().getConduit() instanceof DirectOutput output
        ? new CachedResponseInterceptor(cache, output, connection)
        : null;
  }

  /** Sets the connection to notify when a response has ended. */
  public void owner(Owner listener) {
    owner = listener;
  }

  /** Whether a cached response is still being sent. */
  public boolean isSending() {
    return sending;
  }

  /**
   * Sends the cached response to a request, if there is one. Must not be called while {@link
   * #isSending}.
   *
   * @param base index of the head in {@code bytes}
   * @return false if nothing was sent
   */
  public boolean answer(HeadParser head, byte[] bytes, int base) {
    key = null;
    int length = head.isCacheable() ? cache.keys().gather(head, bytes, base, secure, false) : -1;
    if (length < 0) {
      return false;
    }
    CachedResponse response = cache.find(length);
    long started = System.nanoTime();
    if (response == null
        || !response.select(cache.keys().range())
        || !output.hasRoom(response.stagedBytes())
        || !stage(response)) {
      cache.stats().missed();
      // Without room the request takes the whole path, but its response is cached already.
      key = response == null ? cache.keys().copy(length) : null;
      return false;
    }
    cache.stats().hit();
    if (isLong(response)) {
      ending = cache.listener().onStart(response, head, bytes, base, connection);
    } else {
      long took = System.nanoTime() - started;
      cache.listener().onAnswer(response, head, bytes, base, connection, took);
    }
    return true;
  }

  /** Whether the response is counted and logged when it has ended, not now. */
  private static boolean isLong(CachedResponse response) {
    return response.isFromFile() && response.bodyBytes() > LONG_BYTES;
  }

  private boolean stage(CachedResponse response) {
    MemorySegment body = MemorySegment.NULL;
    if (response.hasSmallBody()) {
      body = cache.body(response);
      if (body == null) {
        return false;
      }
    }
    int head = response.headBytes();
    output.stage(response.head(), head, body, response.stagedBytes() - head);
    if (response.isFromFile()) {
      sending = true;
      output.stage(
          response.file().share().channel(), response.bodyAt(), response.bodyBytes(), this);
    }
    return true;
  }

  /** The body from a file is sent, or its connection has failed. */
  @Override
  public void onEnd(long bytes) {
    sending = false;
    CacheListener.Ending listener = ending;
    if (listener != null) {
      ending = null;
      listener.onEnd(bytes);
    }
    Owner connectionOwner = owner;
    if (connectionOwner != null) {
      connectionOwner.onResponseSent(output.canSend());
    }
  }

  /** The miss of the last request, at most once; null if its response is not cacheable. */
  public @Nullable CacheMiss takeMiss() {
    byte[] missed = key;
    key = null;
    return missed == null ? null : new CacheMiss(cache, missed);
  }
}
