package dev.millrace.cache;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One answer: its head, and the file that it is of, open or to be found again; or, if it is a 206,
 * the answers with every part of the file. Loop thread only.
 */
public final class CachedResponse extends AccessOrderList.Node<CachedResponse> {
  private final Arena arena = Arena.ofConfined();
  private final byte[] key;
  private final int hash;
  private final int status;
  private final MemorySegment head;
  private final @Nullable PartialResponseHead part;
  private final int dateAt;
  private final boolean fromFile;
  private final boolean renewable;
  private OpenFile file;
  private boolean open = true;
  private long bodyAt;
  private long bodyBytes;
  private long checkedTurn;
  private long dateTurn;

  // Of the cache and its table.
  @Nullable CachedBody body;
  @Nullable CachedResponse nextInBucket;

  /**
   * @param dateAt where in the head the date's 29 bytes stand
   * @param bodyBytes of the body, or -1 if it is the file as it is
   * @param file becomes this object's to close
   * @param renewable whether the answer is right as long as the file is found where it was
   */
  CachedResponse(
      byte[] key,
      int hash,
      int status,
      byte[] head,
      int dateAt,
      int bodyBytes,
      OpenFile file,
      boolean renewable) {
    this.key = key;
    this.hash = hash;
    this.status = status;
    this.dateAt = dateAt;
    this.fromFile = bodyBytes < 0;
    this.bodyBytes = fromFile ? file.stat().sizeBytes() : bodyBytes;
    this.file = file;
    this.renewable = renewable;
    this.part = CacheKeyBuilder.isOfRange(key) ? new PartialResponseHead(head, arena) : null;
    this.head = part == null ? copied(head) : part.bytes();
  }

  private MemorySegment copied(byte[] bytes) {
    MemorySegment copy = arena.allocate(bytes.length, 64);
    MemorySegment.copy(bytes, 0, copy, JAVA_BYTE, 0, bytes.length);
    return copy;
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
   * @return false if there is no such part
   */
  boolean select(SingleByteRange range) {
    PartialResponseHead head = part;
    if (head == null) {
      return true;
    }
    if (!range.fits(file.stat().sizeBytes())) {
      return false;
    }
    head.set(range);
    bodyAt = range.first();
    bodyBytes = range.lengthBytes();
    return true;
  }

  byte[] key() {
    return key;
  }

  int hash() {
    return hash;
  }

  /** Whether the body is sent from the file, not from memory. */
  boolean isFromFile() {
    return fromFile;
  }

  /** Whether there is a body to be sent from memory. */
  boolean hasSmallBody() {
    return !fromFile && bodyBytes > 0;
  }

  MemorySegment head() {
    return head;
  }

  int headBytes() {
    return part == null ? (int) head.byteSize() : part.sizeBytes();
  }

  /** Bytes that are sent from memory. */
  int stagedBytes() {
    return fromFile ? headBytes() : headBytes() + (int) bodyBytes;
  }

  /** What it takes of the cache's bound without its body. */
  int costBytes() {
    return costBytes(key, (int) head.byteSize()) + (part == null ? 0 : part.costBytes());
  }

  static int costBytes(byte[] key, int headBytes) {
    return headBytes + key.length + 600; // what the objects take, about
  }

  // ---- the file ------------------------------------------------------------------------------

  /** What the file was when the answer was made. */
  FileStat stat() {
    return file.stat();
  }

  /** The file; {@linkplain #isOpen open} or not. */
  OpenFile file() {
    return file;
  }

  boolean isOpen() {
    return open;
  }

  /** Whether it may be given again once its file has been found again, whenever that is. */
  boolean isRenewable() {
    return renewable;
  }

  /**
   * Whether the file, which is open, still is what the full path would answer; asks once a turn.
   */
  boolean isUnchanged(long turn) {
    if (checkedTurn != turn && file.isUnchanged()) {
      checkedTurn = turn;
    }
    return checkedTurn == turn;
  }

  /** Whether it has been found right in this turn, and can be given without its file. */
  boolean isSettled(long turn) {
    return checkedTurn == turn && !fromFile && (bodyBytes == 0 || body != null);
  }

  /** Opens the file, which is not open; false if it may not be what and where it was. */
  boolean reopen(long turn) {
    OpenFile again = renewable ? file.again() : null;
    if (again == null) {
      return false;
    }
    file = again;
    open = true;
    checkedTurn = turn;
    return true;
  }

  /** Closes the file, which may be opened again. */
  void letGo() {
    if (open) {
      open = false;
      file.close();
    }
  }

  // ---- the date ------------------------------------------------------------------------------

  /** Puts the present date in, once a turn. */
  void date(long turn, byte[] date) {
    if (dateTurn != turn) {
      dateTurn = turn;
      if (part != null) {
        part.date(dateAt, date);
      } else {
        MemorySegment.copy(date, 0, head, JAVA_BYTE, dateAt, date.length);
      }
    }
  }

  void close() {
    letGo();
    arena.close();
  }
}
