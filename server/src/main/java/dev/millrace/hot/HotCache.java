package dev.millrace.hot;

import dev.millrace.file.FileFacts;
import dev.millrace.files.OpenFile;
import dev.millrace.gate.Field;
import dev.millrace.gate.HeadParser;
import dev.millrace.gate.Method;
import dev.millrace.plan.HttpDate;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The answers of one loop by what they depend on: method, target, Host, Accept-Encoding,
 * If-None-Match, and whether a part is asked for. Bounded in bytes; those used longest ago go
 * first. Loop thread only.
 */
public final class HotCache {
  private static final int MAX_KEY_BYTES = 1 << 10;
  private static final int SCRATCH_BYTES = 16 << 10;
  private static final byte[] DATE_FIELD = "\r\nDate: ".getBytes(StandardCharsets.US_ASCII);
  private static final int DATE_BYTES = 29;

  /**
   * Bounds.
   *
   * @param bytes of all answers together
   * @param bodyBytes of the largest body that is kept
   * @param fileBytes of the largest body that is sent from its file after a head that is kept
   * @param answers how many, each of which holds a file open
   * @param validNanos how long a path is taken to lead to the same unchanged file
   * @param idle how long a connection may be idle
   */
  public record Limits(
      long bytes, int bodyBytes, int fileBytes, int answers, long validNanos, Duration idle) {}

  /** A file, whatever its names. */
  private record FileId(long device, long inode) {}

  private final Limits limits;
  private final LongSupplier turnNanos;
  private final HotListener listener;
  private final HotStats stats = new HotStats();
  private final WaitingConnections waiting;
  private final Map<FileId, List<HotAnswer>> byFile = new HashMap<>();
  private final byte[] keyScratch = new byte[MAX_KEY_BYTES];
  private final AskedRange range = new AskedRange();
  private final ByteBuffer readScratch = ByteBuffer.allocate(SCRATCH_BYTES);
  private @Nullable HotAnswer[] buckets = new HotAnswer[256];
  private @Nullable HotAnswer newest;
  private @Nullable HotAnswer oldest;
  private int count;
  private long bytes;
  private boolean closed;
  private byte[] date = new byte[DATE_BYTES];
  private long dateSecond = -1;
  private long dateTurn = -1;

  /**
   * @param turnNanos when the loop's present turn began, as {@link System#nanoTime}
   */
  public HotCache(Limits limits, LongSupplier turnNanos, HotListener listener) {
    this.limits = limits;
    this.turnNanos = turnNanos;
    this.listener = listener;
    this.waiting = new WaitingConnections(turnNanos, limits.idle());
  }

  /** What it did. Any thread. */
  public HotStats stats() {
    return stats;
  }

  /** Largest body that is kept with its head. */
  public int maxBodyBytes() {
    return limits.bodyBytes();
  }

  /** Largest body that is sent from its file after a head that is kept. */
  public int maxFileBytes() {
    return limits.fileBytes();
  }

  HotListener listener() {
    return listener;
  }

  Limits limits() {
    return limits;
  }

  WaitingConnections waiting() {
    return waiting;
  }

  long turn() {
    return turnNanos.getAsLong();
  }

  /** Memory to receive into while a call lasts. */
  ByteBuffer readScratch() {
    return readScratch.clear();
  }

  /** The part that the request with the key gathered last asks for, if it is for a part. */
  AskedRange range() {
    return range;
  }

  // ---- keys ----------------------------------------------------------------------------------

  /**
   * Gathers a plain request's key; returns its length, or -1 for one that is too long, or asks for
   * a part in another way than {@link AskedRange} knows. Which part is not in the key.
   */
  int gatherKey(HeadParser head, byte[] from, int base) {
    byte[] key = keyScratch;
    int kind = head.method() == Method.HEAD ? 'H' : 'G';
    if (head.fields().has(Field.RANGE)) {
      int start = base + head.fields().start(Field.RANGE);
      if (kind == 'H' || !range.parse(from, start, base + head.fields().end(Field.RANGE))) {
        return -1;
      }
      kind = 'R';
    }
    key[0] = (byte) (head.isLast() ? Character.toLowerCase(kind) : kind);
    int at = gather(1, from, base + head.targetStart(), base + head.targetEnd());
    at = gather(at, Field.HOST, head, from, base);
    at = gather(at, Field.ACCEPT_ENCODING, head, from, base);
    return gather(at, Field.IF_NONE_MATCH, head, from, base);
  }

  private int gather(int at, Field field, HeadParser head, byte[] from, int base) {
    if (at < 0 || at == MAX_KEY_BYTES) {
      return -1;
    }
    keyScratch[at] = '\n'; // stands in none of the parts
    return head.fields().has(field)
        ? gather(at + 1, from, base + head.fields().start(field), base + head.fields().end(field))
        : at + 1;
  }

  private int gather(int at, byte[] from, int start, int end) {
    if (at + end - start > MAX_KEY_BYTES) {
      return -1;
    }
    System.arraycopy(from, start, keyScratch, at, end - start);
    return at + end - start;
  }

  /** Whether the answers to a key are the parts of a file. */
  public static boolean isOfRange(byte[] key) {
    return key[0] == 'R' || key[0] == 'r';
  }

  byte[] copyKey(int length) {
    return Arrays.copyOf(keyScratch, length);
  }

  /** As {@link Arrays#hashCode(byte[])} has it, four bytes a step, and its upper half folded in. */
  private static int hash(byte[] key, int length) {
    int hash = 1;
    int at = 0;
    for (; at + 4 <= length; at += 4) {
      hash =
          31 * 31 * 31 * 31 * hash
              + 31 * 31 * 31 * key[at]
              + 31 * 31 * key[at + 1]
              + 31 * key[at + 2]
              + key[at + 3];
    }
    for (; at < length; at++) {
      hash = 31 * hash + key[at];
    }
    return hash ^ hash >>> 15;
  }

  // ---- looking up ----------------------------------------------------------------------------

  /** The answer to the key gathered last, as it would be given now; null if there is none. */
  @Nullable HotAnswer find(int keyLength) {
    int hash = hash(keyScratch, keyLength);
    HotAnswer answer = buckets[hash & (buckets.length - 1)];
    while (answer != null && !(answer.hash() == hash && answer.hasKey(keyScratch, keyLength))) {
      answer = answer.nextInBucket;
    }
    if (answer == null) {
      return null;
    }
    long turn = turn();
    if (!answer.isFresh(turn, limits.validNanos())) {
      remove(answer);
      return null;
    }
    if (answer != newest) {
      unlink(answer);
      link(answer);
    }
    answer.date(turn, date(turn));
    return answer;
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
   * Keeps an answer. One without a date, or too large, is not kept.
   *
   * @param key as {@link HotConnection#takeKey} gave it
   * @param head as it was sent
   * @param body null if it is the file as it is
   * @param file becomes this object's to close
   */
  public void put(byte[] key, int status, byte[] head, byte @Nullable [] body, OpenFile file) {
    int dateAt = find(head, DATE_FIELD);
    if (closed
        || dateAt < 0
        || isTooLarge(key, body, file)
        || (isOfRange(key) && !PartHead.canBe(head))) {
      file.close();
      return;
    }
    int hash = hash(key, key.length);
    for (HotAnswer same = buckets[hash & (buckets.length - 1)]; same != null; ) {
      HotAnswer next = same.nextInBucket;
      if (same.hash() == hash && same.hasKey(key, key.length)) {
        remove(same);
      }
      same = next;
    }
    HotAnswer answer =
        new HotAnswer(key, hash, status, head, dateAt + DATE_FIELD.length, body, file);
    bytes += answer.costBytes();
    count++;
    if (count > buckets.length) {
      grow();
    }
    int bucket = hash & (buckets.length - 1);
    answer.nextInBucket = buckets[bucket];
    buckets[bucket] = answer;
    link(answer);
    byFile.computeIfAbsent(id(file.facts()), _ -> new ArrayList<>(2)).add(answer);
    while (oldest != null && (bytes > limits.bytes() || count > limits.answers())) {
      remove(oldest);
    }
    stats.holds(count, bytes);
  }

  private boolean isTooLarge(byte[] key, byte @Nullable [] body, OpenFile file) {
    return body == null
        ? !isOfRange(key) && file.facts().sizeBytes() > limits.fileBytes()
        : body.length > limits.bodyBytes();
  }

  private static FileId id(FileFacts facts) {
    return new FileId(facts.device(), facts.inode());
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

  private void grow() {
    @Nullable HotAnswer[] larger = new HotAnswer[buckets.length * 2];
    for (HotAnswer answer = newest; answer != null; answer = answer.older) {
      int bucket = answer.hash() & (larger.length - 1);
      answer.nextInBucket = larger[bucket];
      larger[bucket] = answer;
    }
    buckets = larger;
  }

  private void link(HotAnswer answer) {
    answer.older = newest;
    answer.newer = null;
    if (newest != null) {
      newest.newer = answer;
    }
    newest = answer;
    if (oldest == null) {
      oldest = answer;
    }
  }

  private void unlink(HotAnswer answer) {
    if (answer.newer == null) {
      newest = answer.older;
    } else {
      answer.newer.older = answer.older;
    }
    if (answer.older == null) {
      oldest = answer.newer;
    } else {
      answer.older.newer = answer.newer;
    }
  }

  private void remove(HotAnswer answer) {
    unlink(answer);
    int bucket = answer.hash() & (buckets.length - 1);
    HotAnswer before = null;
    for (HotAnswer at = buckets[bucket]; at != answer && at != null; at = at.nextInBucket) {
      before = at;
    }
    if (before == null) {
      buckets[bucket] = answer.nextInBucket;
    } else {
      before.nextInBucket = answer.nextInBucket;
    }
    FileId id = id(answer.file().facts());
    List<HotAnswer> ofFile = byFile.get(id);
    if (ofFile != null && ofFile.remove(answer) && ofFile.isEmpty()) {
      byFile.remove(id);
    }
    count--;
    bytes -= answer.costBytes();
    stats.holds(count, bytes);
    answer.close();
  }

  // ---- forgetting ----------------------------------------------------------------------------

  /** What is known of a file has changed, so what its requests are answered. */
  public void forget(long device, long inode) {
    List<HotAnswer> ofFile = byFile.get(new FileId(device, inode));
    if (ofFile != null) {
      List.copyOf(ofFile).forEach(this::remove);
    }
  }

  /** Forgets what would not be given again, and closes connections that have done nothing. */
  public void sweep() {
    waiting.sweep();
    long turn = turn();
    for (HotAnswer answer = oldest; answer != null; ) {
      HotAnswer next = answer.newer;
      if (turn - answer.file().openedNanos() >= limits.validNanos()) {
        remove(answer);
      }
      answer = next;
    }
  }

  /** Forgets everything and keeps nothing more. */
  public void close() {
    closed = true;
    clear();
  }

  /** Forgets everything. */
  public void clear() {
    while (oldest != null) {
      remove(oldest);
    }
  }
}
