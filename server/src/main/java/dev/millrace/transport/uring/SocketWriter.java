package dev.millrace.transport.uring;

import dev.millrace.io.Slices;
import dev.millrace.io.WriteFailedException;
import dev.millrace.io.Writer;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A connection's bytes to send, staged in native chunks that the ring sends from. Loop thread only.
 *
 * <p>Has no heap buffer: a write copies once, into a chunk. A write accepts only a part, or
 * nothing, when the connection's chunks are full or the pool is empty; the caller retries when
 * {@link #hasRoom}. The head chunk may be in flight while others are filled.
 */
final class SocketWriter extends Writer {
  private static final byte[] NO_BUFFER = {};

  private final ChunkPool pool;
  private final @Nullable Chunk[] chunks;
  private int first;
  private int count;
  private long staged;
  private boolean needsChunk;
  private @Nullable FileSegment file;

  SocketWriter(ChunkPool pool, int maxChunks) {
    super(NO_BUFFER);
    this.pool = pool;
    this.chunks = new Chunk[maxChunks];
  }

  /**
   * Announces writes of this many bytes in total, so that a new chunk is chosen large enough for
   * all.
   */
  void expect(int bytes) {
    var _ = chunkWithRoom(bytes);
  }

  @Override
  public int write(MemorySegment source, long offset, int length) throws WriteFailedException {
    int written = 0;
    while (written < length && file == null) {
      Chunk chunk = chunkWithRoom(length - written);
      if (chunk == null) {
        break;
      }
      int n = Math.min(chunk.room(), length - written);
      MemorySegment.copy(source, offset + written, chunk.memory, chunk.end, n);
      chunk.end += n;
      written += n;
    }
    staged += written;
    return written;
  }

  @Override
  protected long drain(Slices data, int splat) throws WriteFailedException {
    long taken = 0;
    int last = data.count() - 1;
    for (int i = 0; i < last + splat; i++) {
      int slice = Math.min(i, last);
      int length = data.length(slice);
      int n = write(data.segment(slice), 0, length);
      taken += n;
      if (n < length) {
        break;
      }
    }
    return taken;
  }

  /** Does nothing: the loop sends the staged bytes at the end of the turn. */
  @Override
  public void flush() {}

  /** Stages a file segment after all other bytes. Writes accept nothing until it is sent. */
  void add(FileSegment segment) {
    if (file != null) {
      throw new IllegalStateException("a file segment is already staged");
    }
    file = segment;
  }

  /** The file segment that follows the chunks, or null. */
  @Nullable FileSegment file() {
    return file;
  }

  void fileSent() {
    FileSegment last = file;
    if (last != null) {
      file = null;
      last.close(); // its listener may stage the next segment
    }
  }

  /** Closes the file without notifying its listener: the loop has ended. */
  void abandonFile() {
    if (file != null) {
      file.abandon();
      file = null;
    }
  }

  /** Stages bytes read from the file segment, ahead of its remaining bytes. */
  void addRead(Chunk chunk) {
    if (count > 0) {
      throw new IllegalStateException("earlier chunks are not sent yet");
    }
    chunks[first] = chunk;
    count = 1;
    staged += chunk.unsent();
  }

  boolean isDrained() {
    return file == null && head() == null;
  }

  /** The chunk to send from, or null if all bytes are sent. */
  @Nullable Chunk head() {
    Chunk chunk = count == 0 ? null : chunks[first];
    return chunk == null || chunk.unsent() == 0 ? null : chunk;
  }

  /** The kernel accepted this many bytes of the head chunk, which is no longer in flight. */
  void sent(int bytes) {
    Chunk chunk = chunks[first];
    if (chunk == null || bytes > chunk.unsent()) {
      throw new IllegalStateException("more sent than staged: " + bytes);
    }
    chunk.sent += bytes;
    staged -= bytes;
    if (chunk.unsent() == 0) {
      chunks[first] = null;
      first = (first + 1) % chunks.length;
      count--;
      pool.give(chunk);
    }
  }

  /** Bytes staged that the kernel has not yet accepted. */
  long staged() {
    return staged;
  }

  /**
   * Whether a write would accept any byte; false also if the pool had no chunk at the last write.
   */
  boolean hasRoom() {
    if (file != null) {
      return false;
    }
    if (count < chunks.length) {
      return !needsChunk;
    }
    Chunk tail = chunks[(first + count - 1) % chunks.length];
    return tail != null && tail.room() > 0;
  }

  /** Bytes that one write is guaranteed to accept now. */
  int roomBytes() {
    if (file != null) {
      return 0;
    }
    Chunk tail = count == 0 ? null : chunks[(first + count - 1) % chunks.length];
    int room = tail == null ? 0 : tail.room();
    int free = chunks.length - count;
    return free == 0 ? room : room + free * pool.guaranteedBytes();
  }

  /** Whether the last write found the pool empty. */
  boolean isStarved() {
    return needsChunk;
  }

  void onChunkAvailable() {
    needsChunk = false;
  }

  /** Discards all staged bytes; none may be in flight. */
  void discard() {
    while (count > 0) {
      Chunk chunk = chunks[first];
      chunks[first] = null;
      first = (first + 1) % chunks.length;
      count--;
      if (chunk != null) {
        pool.give(chunk);
      }
    }
    staged = 0;
    fileSent();
  }

  private @Nullable Chunk chunkWithRoom(int bytes) {
    if (count > 0) {
      Chunk tail = chunks[(first + count - 1) % chunks.length];
      if (tail != null && tail.room() > 0) {
        return tail;
      }
      if (count == chunks.length) {
        return null;
      }
    }
    Chunk fresh = pool.take(bytes);
    needsChunk = fresh == null;
    if (fresh != null) {
      chunks[(first + count) % chunks.length] = fresh;
      count++;
    }
    return fresh;
  }
}
