package dev.millrace.cache;

import dev.millrace.files.OpenFile;
import dev.millrace.loop.LoopOwner;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The cached responses of one loop, bounded in bytes. Heads may take half of the bound; bodies take
 * the rest, and bodies that are not cached are read from the page cache. When full, a new entry
 * replaces the least recently used one only if it is requested more often, so neither scans nor
 * cyclic access evict anything. Loop thread only.
 */
public final class ResponseCache {

  /** Typical size of a response, from which the capacity of the sketch is derived. */
  private static final int COMMON_BYTES = 1 << 10;

  /** Maximum number of files closed at once: each may be a close(2). */
  private static final int SWEPT_AT_ONCE = 200;

  /**
   * Bounds of a cache.
   *
   * @param bytes maximum total size
   * @param bodyBytes maximum size of a cached body
   * @param descriptors maximum number of open files
   * @param validNanos how long a resolved path is assumed to lead to the same file
   */
  public record Limits(long bytes, int bodyBytes, int descriptors, long validNanos) {}

  private final LoopOwner owner = new LoopOwner();
  private final Limits limits;
  private final LongSupplier turnNanos;
  private final CacheListener listener;
  private final CacheStats stats = new CacheStats();
  private final CacheKeyBuilder keys = new CacheKeyBuilder();
  private final CacheIndex table = new CacheIndex();
  private final AccessOrderList<CachedResponse> answers = new AccessOrderList<>();
  private final AccessOrderList<CachedBody> bodies = new AccessOrderList<>();
  private final DescriptorBudget open;
  private final FrequencySketch frequencies;
  private final MemorySegment bodyScratch;

  private long headBytes;
  private long bodyBytes;
  private boolean closed;
  private final DateField date = new DateField(System::currentTimeMillis);

  /**
   * @param turnNanos returns the start of the loop's current turn, as {@link System#nanoTime}
   */
  public ResponseCache(Limits limits, LongSupplier turnNanos, CacheListener listener) {
    this.limits = limits;
    this.turnNanos = turnNanos;
    this.listener = listener;
    this.open = new DescriptorBudget(limits.descriptors(), limits.validNanos());
    this.frequencies = new FrequencySketch((int) Math.min(1 << 22, limits.bytes() / COMMON_BYTES));
    this.bodyScratch = Arena.ofAuto().allocate(limits.bodyBytes(), 64);
  }

  /** The cache's counters. Any thread. */
  public CacheStats stats() {
    return stats;
  }

  /** Maximum size of a cached body. */
  public int maxBodyBytes() {
    return limits.bodyBytes();
  }

  /** Whether a key's response covers all ranges of a file. */
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

  /** The valid response for the last key, with the current date; null if there is none. */
  @Nullable CachedResponse find(int keyLength) {
    assert owner.isCurrent();
    int hash = keys.hash(keyLength);
    if (headBytes + bodyBytes > limits.bytes() / 2) {
      frequencies.increment(hash); // up to half of the bound nothing is evicted
    }
    CachedResponse response = table.find(keys, keyLength, hash);
    if (response == null) {
      return null;
    }
    long turn = turn();
    if (!date.update(turn)) {
      clear(); // Last-Modified must not be later than Date (RFC 9110 §8.8.2.1)
      return null;
    }
    if (!isFresh(response, turn)) {
      remove(response);
      return null;
    }
    answers.touch(response);
    response.date(turn, date.text());
    return response;
  }

  /** Whether a response is still valid. If so, its file is open if it is needed. */
  private boolean isFresh(CachedResponse response, long turn) {
    if (response.isSettled(turn)) {
      return true;
    }
    if (open.isValid(response, turn)) {
      return response.isUnchanged(turn);
    }
    open.letGo(response);
    if (!response.reopen(turn)) {
      return false;
    }
    open.add(response);
    return true;
  }

  /**
   * The complete body of a response that {@linkplain CachedResponse#hasSmallBody has one}, valid
   * until the next call of this cache; null if the page cache does not have all of it.
   */
  @Nullable MemorySegment body(CachedResponse response) {
    CachedBody cached = response.body;
    if (cached != null) {
      bodies.touch(cached);
      return cached.bytes();
    }
    int length = (int) response.bodyBytes();
    if (response.file().readResident(bodyScratch, length, 0) != length) {
      return null;
    }
    if (isWorth(response.hash(), length) && response.file().isUnchanged()) {
      keep(CachedBody.of(response, bodyScratch, length));
    }
    return bodyScratch;
  }

  // ---- keeping -------------------------------------------------------------------------------

  /**
   * Adds a response if its admission policy allows it. A response without a Date field, or with a
   * body that is too large, is not cached.
   *
   * @param key the key of a {@link CacheMiss}
   * @param head the head as sent
   * @param body null if the body is the file's content
   * @param file owned and closed by this object, also if the response is not cached
   * @param cacheableByPath whether the response depends on this path alone, so that it is valid as
   *     long as the path leads to the same file
   */
  public void put(
      byte[] key,
      int status,
      byte[] head,
      byte @Nullable [] body,
      OpenFile file,
      boolean cacheableByPath) {
    assert owner.isCurrent();
    int dateAt = HeadFormat.ofKey(key).dateAt(head);
    int hash = keys.hash(key, key.length);
    boolean renewable = cacheableByPath && file.canBeFoundAgain();
    CachedResponse same = table.find(key, hash);
    if (same != null) {
      remove(same);
    }
    if (closed
        || dateAt < 0
        || (body != null && body.length > limits.bodyBytes())
        || (isOfRange(key) && !PartialResponseHead.canBe(head, HeadFormat.ofKey(key)))
        || (!renewable && !open.hasRoom())
        || !makeRoom(hash, CachedResponse.costBytes(key, head.length))) {
      file.close();
      return;
    }
    int length = body == null ? -1 : body.length;
    CachedResponse response =
        new CachedResponse(key, hash, status, head, dateAt, length, file, renewable);
    headBytes += response.costBytes();
    table.add(response);
    answers.add(response);
    open.add(response);
    if (body != null && body.length > 0 && isWorth(hash, body.length)) {
      keep(CachedBody.of(response, body));
    }
    updateStats();
  }

  /** The index of the first occurrence of some bytes from an index on, or -1. */
  static int find(byte[] in, byte[] what, int from) {
    for (int at = from; at + what.length <= in.length; at++) {
      if (Arrays.equals(in, at, at + what.length, what, 0, what.length)) {
        return at;
      }
    }
    return -1;
  }

  /**
   * Makes room for a head by evicting less frequent responses, and the bodies of equally frequent
   * ones, since reading a body costs less than responding without a cached head. Returns false if
   * there is not enough to evict.
   */
  private boolean makeRoom(int hash, int cost) {
    while (headBytes + cost > limits.bytes() / 2) {
      CachedResponse oldest = answers.oldest();
      if (oldest == null || frequencies.frequency(hash) <= frequencies.frequency(oldest.hash())) {
        return false;
      }
      remove(oldest);
    }
    while (headBytes + cost + bodyBytes > limits.bytes()) {
      CachedBody oldest = bodies.oldest();
      if (oldest == null
          || frequencies.frequency(hash) < frequencies.frequency(oldest.answer().hash())) {
        return false;
      }
      drop(oldest);
    }
    return true;
  }

  /**
   * Makes room for a body by evicting the bodies of less frequent responses; returns false if there
   * is not enough to evict.
   */
  private boolean isWorth(int hash, int length) {
    int cost = CachedBody.costBytes(length);
    while (headBytes + bodyBytes + cost > limits.bytes()) {
      CachedBody oldest = bodies.oldest();
      if (oldest == null
          || frequencies.frequency(hash) <= frequencies.frequency(oldest.answer().hash())) {
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

  private void remove(CachedResponse response) {
    open.letGo(response);
    if (response.body != null) {
      drop(response.body);
    }
    answers.remove(response);
    table.remove(response);
    headBytes -= response.costBytes();
    updateStats();
    response.close();
  }

  private void updateStats() {
    stats.holds(table.count(), headBytes + bodyBytes);
  }

  // ---- forgetting ----------------------------------------------------------------------------

  /** Invalidates the responses of a file. */
  public void forget(long device, long inode) {
    assert owner.isCurrent();
    table.ofFile(device, inode).forEach(this::remove);
  }

  /**
   * Closes some of the files that have been open for too long, and removes their responses if those
   * are not renewable.
   *
   * @return whether there are more such files
   */
  public boolean sweep() {
    assert owner.isCurrent();
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

  /** Removes all responses and accepts no more. */
  public void close() {
    assert owner.isCurrent();
    closed = true;
    clear();
  }

  /** Removes all responses. */
  public void clear() {
    assert owner.isCurrent();
    for (CachedResponse response = answers.oldest();
        response != null;
        response = answers.oldest()) {
      remove(response);
    }
  }
}
