package dev.millrace.cache;

import dev.millrace.files.OpenFile;
import dev.millrace.http.semantics.HttpDate;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The answers of one loop. Bounded in bytes, of which heads may take half; bodies get what is left,
 * and those that have none are read from the page cache. When there is room for no more, what is
 * asked for more often than that which was used longest ago takes its place, so that to ask for
 * everything once, or in a circle, puts nothing out. Loop thread only.
 */
public final class ResponseCache {
  private static final byte[] DATE_FIELD = "\r\nDate: ".getBytes(StandardCharsets.US_ASCII);
  private static final int DATE_BYTES = 29;

  /** A common answer, of which popularity is to tell as many apart as there is room for. */
  private static final int COMMON_BYTES = 1 << 10;

  /** Files let go of at once: each may be a close(2). */
  private static final int SWEPT_AT_ONCE = 200;

  /**
   * Bounds.
   *
   * @param bytes of all answers together
   * @param bodyBytes of the largest body that is kept
   * @param descriptors how many files may be open
   * @param validNanos how long a path is taken to lead to the same unchanged file
   */
  public record Limits(long bytes, int bodyBytes, int descriptors, long validNanos) {}

  private final Limits limits;
  private final LongSupplier turnNanos;
  private final CacheListener listener;
  private final CacheStats stats = new CacheStats();
  private final CacheKeyBuilder keys = new CacheKeyBuilder();
  private final CacheIndex table = new CacheIndex();
  private final AccessOrderList<CachedResponse> answers = new AccessOrderList<>();
  private final AccessOrderList<CachedBody> bodies = new AccessOrderList<>();
  private final DescriptorBudget open;
  private final FrequencySketch popularity;
  private final MemorySegment bodyScratch;

  private long headBytes;
  private long bodyBytes;
  private boolean closed;
  private byte[] date = new byte[DATE_BYTES];
  private long dateSecond = -1;
  private long dateTurn = -1;

  /**
   * @param turnNanos when the loop's present turn began, as {@link System#nanoTime}
   */
  public ResponseCache(Limits limits, LongSupplier turnNanos, CacheListener listener) {
    this.limits = limits;
    this.turnNanos = turnNanos;
    this.listener = listener;
    this.open = new DescriptorBudget(limits.descriptors(), limits.validNanos());
    this.popularity = new FrequencySketch((int) Math.min(1 << 22, limits.bytes() / COMMON_BYTES));
    this.bodyScratch = Arena.ofAuto().allocate(limits.bodyBytes(), 64);
  }

  /** What it did. Any thread. */
  public CacheStats stats() {
    return stats;
  }

  /** Largest body that is kept with its head. */
  public int maxBodyBytes() {
    return limits.bodyBytes();
  }

  /** Whether the answers to a key are the parts of a file. */
  public static boolean isOfRange(byte[] key) {
    return CacheKeyBuilder.isOfRange(key);
  }

  CacheListener listener() {
    return listener;
  }

  Limits limits() {
    return limits;
  }

  CacheKeyBuilder keys() {
    return keys;
  }

  long turn() {
    return turnNanos.getAsLong();
  }

  // ---- looking up ----------------------------------------------------------------------------

  /** The answer to the key gathered last, as it would be given now; null if there is none. */
  @Nullable CachedResponse find(int keyLength) {
    int hash = keys.hash(keyLength);
    if (headBytes + bodyBytes > limits.bytes() / 2) {
      popularity.increment(hash); // before that there is room for all
    }
    CachedResponse answer = table.find(keys, keyLength, hash);
    if (answer == null) {
      return null;
    }
    long turn = turn();
    if (!isFresh(answer, turn)) {
      remove(answer);
      return null;
    }
    answers.touch(answer);
    answer.date(turn, date(turn));
    return answer;
  }

  /** Whether it is what the full path would answer; its file is open then, if it is needed. */
  private boolean isFresh(CachedResponse answer, long turn) {
    if (answer.isSettled(turn)) {
      return true;
    }
    if (open.isValid(answer, turn)) {
      return answer.isUnchanged(turn);
    }
    open.letGo(answer);
    if (!answer.reopen(turn)) {
      return false;
    }
    open.add(answer);
    return true;
  }

  /**
   * The whole body of an answer that {@linkplain CachedResponse#hasSmallBody has one}, to be used
   * before anything else is done here; null if it would have to be waited for.
   */
  @Nullable MemorySegment body(CachedResponse answer) {
    CachedBody kept = answer.body;
    if (kept != null) {
      bodies.touch(kept);
      return kept.bytes();
    }
    int length = (int) answer.bodyBytes();
    if (answer.file().readResident(bodyScratch, length, 0) != length) {
      return null;
    }
    if (isWorth(answer.hash(), length) && answer.file().isUnchanged()) {
      keep(CachedBody.of(answer, bodyScratch, length));
    }
    return bodyScratch;
  }

  private byte[] date(long turn) {
    if (turn != dateTurn) {
      dateTurn = turn;
      long second = System.currentTimeMillis() / 1000;
      if (second != dateSecond) {
        dateSecond = second;
        date = HttpDate.format(second).getBytes(StandardCharsets.US_ASCII);
      }
    }
    return date;
  }

  // ---- keeping -------------------------------------------------------------------------------

  /**
   * Keeps an answer, if it is worth it. One without a date, or too large, is not kept.
   *
   * @param key of a {@link CacheMiss}
   * @param head as it was sent
   * @param body null if it is the file as it is
   * @param file becomes this object's to close
   * @param cacheableByPath whether the answer is right as long as the file is what and where it was
   */
  public void put(
      byte[] key,
      int status,
      byte[] head,
      byte @Nullable [] body,
      OpenFile file,
      boolean cacheableByPath) {
    int dateAt = find(head, DATE_FIELD);
    int hash = CacheKeyBuilder.hash(key, key.length);
    boolean renewable = cacheableByPath && file.canBeFoundAgain();
    CachedResponse same = table.find(key, hash);
    if (same != null) {
      remove(same);
    }
    if (closed
        || dateAt < 0
        || (body != null && body.length > limits.bodyBytes())
        || (isOfRange(key) && !PartialResponseHead.canBe(head))
        || (!renewable && !open.hasRoom())
        || !makeRoom(hash, CachedResponse.costBytes(key, head.length))) {
      file.close();
      return;
    }
    int length = body == null ? -1 : body.length;
    CachedResponse answer =
        new CachedResponse(
            key, hash, status, head, dateAt + DATE_FIELD.length, length, file, renewable);
    headBytes += answer.costBytes();
    table.add(answer);
    answers.add(answer);
    open.add(answer);
    if (body != null && body.length > 0 && isWorth(hash, body.length)) {
      keep(CachedBody.of(answer, body));
    }
    tell();
  }

  /** Where some bytes stand first, or -1. */
  static int find(byte[] in, byte[] what) {
    for (int at = 0; at + what.length <= in.length; at++) {
      if (Arrays.equals(in, at, at + what.length, what, 0, what.length)) {
        return at;
      }
    }
    return -1;
  }

  /**
   * Makes room for a head. Less popular answers make way, and bodies of equally popular ones, since
   * to read a body costs less than to answer without a head. False if there is no room to be made.
   */
  private boolean makeRoom(int hash, int cost) {
    while (headBytes + cost > limits.bytes() / 2) {
      CachedResponse oldest = answers.oldest();
      if (oldest == null || popularity.frequency(hash) <= popularity.frequency(oldest.hash())) {
        return false;
      }
      remove(oldest);
    }
    while (headBytes + cost + bodyBytes > limits.bytes()) {
      CachedBody oldest = bodies.oldest();
      if (oldest == null
          || popularity.frequency(hash) < popularity.frequency(oldest.answer().hash())) {
        return false;
      }
      drop(oldest);
    }
    return true;
  }

  /**
   * Whether there is room for a body, or is once less popular ones have been dropped, as is done.
   */
  private boolean isWorth(int hash, int length) {
    int cost = CachedBody.costBytes(length);
    while (headBytes + bodyBytes + cost > limits.bytes()) {
      CachedBody oldest = bodies.oldest();
      if (oldest == null
          || popularity.frequency(hash) <= popularity.frequency(oldest.answer().hash())) {
        return false;
      }
      drop(oldest);
    }
    return true;
  }

  private void keep(CachedBody body) {
    body.answer().body = body;
    bodyBytes += body.costBytes();
    bodies.add(body);
  }

  private void drop(CachedBody body) {
    body.answer().body = null;
    bodyBytes -= body.costBytes();
    bodies.remove(body);
    body.close();
  }

  private void remove(CachedResponse answer) {
    open.letGo(answer);
    if (answer.body != null) {
      drop(answer.body);
    }
    answers.remove(answer);
    table.remove(answer);
    headBytes -= answer.costBytes();
    tell();
    answer.close();
  }

  private void tell() {
    stats.holds(table.count(), headBytes + bodyBytes);
  }

  // ---- forgetting ----------------------------------------------------------------------------

  /** What is known of a file has changed, so what its requests are answered. */
  public void forget(long device, long inode) {
    table.ofFile(device, inode).forEach(this::remove);
  }

  /**
   * Closes some files that are open no longer than is allowed, with the answers that cannot be
   * given without.
   *
   * @return whether there are more such files
   */
  public boolean sweep() {
    long turn = turn();
    for (int i = 0; i < SWEPT_AT_ONCE; i++) {
      CachedResponse stale = open.stale(turn);
      if (stale == null) {
        return false;
      }
      if (stale.isRenewable()) {
        open.letGo(stale);
      } else {
        remove(stale);
      }
    }
    return true;
  }

  /** Forgets everything and keeps nothing more. */
  public void close() {
    closed = true;
    clear();
  }

  /** Forgets everything. */
  public void clear() {
    for (CachedResponse answer = answers.oldest(); answer != null; answer = answers.oldest()) {
      remove(answer);
    }
  }
}
