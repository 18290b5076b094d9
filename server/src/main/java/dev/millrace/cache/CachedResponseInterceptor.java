package dev.millrace.cache;

import dev.millrace.http.parser.HeadParser;
import dev.millrace.transport.DirectOutput;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/** Answers one connection's cacheable requests from memory. Loop thread only. */
public final class CachedResponseInterceptor implements DirectOutput.SendListener {
  /** A longer body takes its time to be sent. */
  private static final long LONG_BYTES = 1 << 20;

  /** The connection, which sends nothing else while an answer is being sent. */
  public interface Owner {
    /**
     * The answer that was being sent has been, or never will be.
     *
     * @param whole whether the connection has not broken
     */
    void onResponseSent(boolean whole);
  }

  private final ResponseCache cache;
  private final DirectOutput output;
  private final StreamConnection connection;
  private @Nullable Owner owner;
  private byte @Nullable [] key;
  private boolean sending;
  private CacheListener.@Nullable Ending ending;

  private CachedResponseInterceptor(
      ResponseCache cache, DirectOutput output, StreamConnection connection) {
    this.cache = cache;
    this.output = output;
    this.connection = connection;
  }

  /** What answers a connection; null if its bytes cannot be staged past its channels. */
  public static @Nullable CachedResponseInterceptor of(
      ResponseCache cache, StreamConnection connection) {
    return connection.getSinkChannel().getConduit() instanceof DirectOutput output
        ? new CachedResponseInterceptor(cache, output, connection)
        : null;
  }

  /** Who is told when an answer has been sent. */
  public void owner(Owner told) {
    owner = told;
  }

  /** Whether an answer given here is still being sent. */
  public boolean isSending() {
    return sending;
  }

  /**
   * Answers a request now and whole, or not at all. Not while {@link #isSending}.
   *
   * @param base where the head begins in {@code bytes}
   * @return whether it is answered
   */
  public boolean answer(HeadParser head, byte[] bytes, int base) {
    key = null;
    int length = head.isCacheable() ? cache.keys().gather(head, bytes, base) : -1;
    if (length < 0) {
      return false;
    }
    CachedResponse answer = cache.find(length);
    long started = System.nanoTime();
    if (answer == null
        || !answer.select(cache.keys().range())
        || !output.hasRoom(answer.stagedBytes())
        || !stage(answer)) {
      cache.stats().missed();
      key = cache.keys().copy(length);
      return false;
    }
    cache.stats().hit();
    if (isLong(answer)) {
      ending = cache.listener().onStart(answer, head, bytes, base, connection);
    } else {
      long took = System.nanoTime() - started;
      cache.listener().onAnswer(answer, head, bytes, base, connection, took);
    }
    return true;
  }

  /** Whether the answer is counted and logged when it has been sent, not now. */
  private static boolean isLong(CachedResponse answer) {
    return answer.isFromFile() && answer.bodyBytes() > LONG_BYTES;
  }

  private boolean stage(CachedResponse answer) {
    MemorySegment body = MemorySegment.NULL;
    if (answer.hasSmallBody()) {
      body = cache.body(answer);
      if (body == null) {
        return false;
      }
    }
    int head = answer.headBytes();
    output.stage(answer.head(), head, body, answer.stagedBytes() - head);
    if (answer.isFromFile()) {
      sending = true;
      output.stage(answer.file().share().channel(), answer.bodyAt(), answer.bodyBytes(), this);
    }
    return true;
  }

  /** The body of the answer that was given last is sent from its file, or never will be. */
  @Override
  public void onEnd(long bytes) {
    sending = false;
    CacheListener.Ending told = ending;
    if (told != null) {
      ending = null;
      told.onEnd(bytes);
    }
    Owner waiting = owner;
    if (waiting != null) {
      waiting.onResponseSent(output.canSend());
    }
  }

  /** The place of the request that was not answered last, once; null if its answer has none. */
  public @Nullable CacheMiss takeMiss() {
    byte[] missed = key;
    key = null;
    return missed == null ? null : new CacheMiss(cache, missed);
  }
}
