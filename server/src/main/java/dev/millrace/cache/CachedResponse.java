package dev.millrace.cache;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A cached response: its head, and its file, which is open or can be opened again. A response with
 * status 206 serves all single ranges of the file. Loop thread only.
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

  // Owned by the cache and its index.
  @Nullable CachedBody body;
  @Nullable CachedResponse nextInBucket;

  /**
   * @param dateAt offset of the date's 29 bytes in the head
   * @param bodyBytes length of the body, or -1 if the body is the file's content
   * @param file owned and closed by this object
   * @param renewable whether the response is valid as long as its path leads to the same file
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
    this.part =
        CacheKeyBuilder.isOfRange(key)
            ? new PartialResponseHead(head, HeadFormat.ofKey(key), arena)
            : null;
    this.head = part == null ? copied(head) : part.bytes();
  }

  private MemorySegment copied(byte[] bytes) {
    MemorySegment copy = arena.allocate(bytes.length, 64);
    MemorySegment.copy(bytes, 0, copy, JAVA_BYTE, 0, bytes.length);
    return copy;
  }

  public int status() {
    return status;
  }

  /** Length of the body of the selected range; 0 for HEAD. */
  public long bodyBytes() {
    return bodyBytes;
  }

  /** Whether it responds to requests of HTTP/2. */
  public boolean isHttp2() {
    return CacheKeyBuilder.isOfHttp2(key);
  }

  /** Offset of the body of the selected range in the file. */
  public long bodyAt() {
    return bodyAt;
  }

  /**
   * Selects a range, if this is a response with status 206.
   *
   * @return false if the range is not satisfiable
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

  /** Whether the body is sent from the file rather than from memory. */
  public boolean isFromFile() {
    return fromFile;
  }

  /** Whether there is a body and it is sent from memory. */
  boolean hasSmallBody() {
    return !fromFile && bodyBytes > 0;
  }

  /** The memory whose first {@link #headBytes} bytes are the head, with the selected range. */
  public MemorySegment head() {
    return head;
  }

  public int headBytes() {
    return part == null ? (int) head.byteSize() : part.sizeBytes();
  }

  /** Number of bytes sent from memory. */
  int stagedBytes() {
    return fromFile ? headBytes() : headBytes() + (int) bodyBytes;
  }

  /** The share of the cache's bound that the response takes, without its body. */
  int costBytes() {
    return costBytes(key, (int) head.byteSize()) + (part == null ? 0 : part.costBytes());
  }

  static int costBytes(byte[] key, int headBytes) {
    return headBytes + key.length + 600; // approximate size of the objects
  }

  // ---- the file ------------------------------------------------------------------------------

  /** The file's status when the response was created. */
  FileStat stat() {
    return file.stat();
  }

  /** The file, which may be {@linkplain #isOpen closed}. */
  OpenFile file() {
    return file;
  }

  /** The file, open until the returned channel is closed. */
  public DescriptorChannel shareFile() {
    return file.share().channel();
  }

  boolean isOpen() {
    return open;
  }

  /** Whether the response is valid again whenever its path leads to the same unchanged file. */
  boolean isRenewable() {
    return renewable;
  }

  /** Whether the open file is unchanged; calls the kernel at most once a turn. */
  boolean isUnchanged(long turn) {
    if (checkedTurn != turn && file.isUnchanged()) {
      checkedTurn = turn;
    }
    return checkedTurn == turn;
  }

  /** Whether the response was validated in this turn and can be sent without its file. */
  boolean isSettled(long turn) {
    return checkedTurn == turn && !fromFile && (bodyBytes == 0 || body != null);
  }

  /** Opens the closed file again; false if the path may no longer lead to the same file. */
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

  /** Closes the file, which {@link #reopen} may open again. */
  void letGo() {
    if (open) {
      open = false;
      file.close();
    }
  }

  // ---- the date ------------------------------------------------------------------------------

  /** Updates the Date field, at most once a turn. */
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
