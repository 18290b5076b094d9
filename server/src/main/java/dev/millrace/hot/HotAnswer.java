package dev.millrace.hot;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.files.OpenFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One whole answer and the file that it is of; or, if it is a 206, the answers with every part of
 * the file. Loop thread only.
 */
public final class HotAnswer {
  private final Arena arena = Arena.ofConfined();
  private final byte[] key;
  private final int hash;
  private final MemorySegment bytes;
  private final int status;
  private final @Nullable PartHead part;
  private final boolean fromFile;
  private final int dateAt;
  private final OpenFile file;
  private long bodyAt;
  private long bodyBytes;
  private long checkedTurn;
  private long dateTurn;

  // The cache's, which keeps answers in the order of their use.
  @Nullable HotAnswer newer;
  @Nullable HotAnswer older;
  @Nullable HotAnswer nextInBucket;

  /**
   * @param dateAt where in the head the date's 29 bytes stand
   * @param body null if it is the file as it is
   * @param file becomes this object's to close
   */
  HotAnswer(
      byte[] key,
      int hash,
      int status,
      byte[] head,
      int dateAt,
      byte @Nullable [] body,
      OpenFile file) {
    this.key = key;
    this.hash = hash;
    this.status = status;
    this.fromFile = body == null;
    this.bodyBytes = body == null ? file.facts().sizeBytes() : body.length;
    this.dateAt = dateAt;
    this.file = file;
    this.part = HotCache.isOfRange(key) ? new PartHead(head, arena) : null;
    this.bytes = part == null ? joined(head, body) : part.bytes();
  }

  private MemorySegment joined(byte[] head, byte @Nullable [] body) {
    int kept = body == null ? 0 : body.length;
    MemorySegment joined = arena.allocate((long) head.length + kept, 64);
    MemorySegment.copy(head, 0, joined, JAVA_BYTE, 0, head.length);
    if (body != null) {
      MemorySegment.copy(body, 0, joined, JAVA_BYTE, head.length, kept);
    }
    return joined;
  }

  /** The status of the answer. */
  public int status() {
    return status;
  }

  /** Bytes of its body, as it was given last; of a HEAD request's none. */
  public long bodyBytes() {
    return bodyBytes;
  }

  /** Where in the file the body begins, as it was given last. */
  long bodyAt() {
    return bodyAt;
  }

  /**
   * Makes it the answer with the part that is asked for, if it is one with a part.
   *
   * @return false if there is no such part, or a longer one than is answered from memory
   */
  boolean select(AskedRange range, long mostBytes) {
    PartHead head = part;
    if (head == null) {
      return true;
    }
    if (!range.fits(file.facts().sizeBytes()) || range.lengthBytes() > mostBytes) {
      return false;
    }
    head.set(range);
    bodyAt = range.first();
    bodyBytes = range.lengthBytes();
    return true;
  }

  int hash() {
    return hash;
  }

  boolean hasKey(byte[] candidate, int length) {
    return Arrays.equals(key, 0, key.length, candidate, 0, length);
  }

  /** Whether the body is not kept but sent from the file. */
  boolean isFromFile() {
    return fromFile;
  }

  /** The head, and the body unless it {@linkplain #isFromFile is the file}. */
  MemorySegment bytes() {
    return bytes;
  }

  int sizeBytes() {
    return part == null ? (int) bytes.byteSize() : part.sizeBytes();
  }

  /** What it takes of the cache's bound. */
  int costBytes() {
    return (int) bytes.byteSize()
        + (part == null ? 0 : part.costBytes())
        + key.length
        + 200; // what the objects take, about
  }

  OpenFile file() {
    return file;
  }

  /** Whether it still is what the full path would answer; asks once a turn. */
  boolean isFresh(long turn, long validNanos) {
    if (turn - file.openedNanos() > validNanos) {
      return false;
    }
    if (checkedTurn != turn) {
      if (!file.isUnchanged()) {
        return false;
      }
      checkedTurn = turn;
    }
    return true;
  }

  /** Puts the present date in, once a turn. */
  void date(long turn, byte[] date) {
    if (dateTurn != turn) {
      dateTurn = turn;
      if (part != null) {
        part.date(dateAt, date);
      } else {
        MemorySegment.copy(date, 0, bytes, JAVA_BYTE, dateAt, date.length);
      }
    }
  }

  void close() {
    file.close();
    arena.close();
  }
}
