package dev.millrace.transport.uring;

import dev.millrace.uring.NativePages;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The pool of send chunks. There are as many small chunks as connections have sends in flight.
 * Large chunks are bounded; callers that find none free are called back in FIFO order. Loop thread
 * only.
 */
final class ChunkPool {
  private final Arena arena = Arena.ofAuto();

  /** Chunks that one call of {@link #trim} releases: about a millisecond. */
  private static final int MAX_TRIMMED = 128;

  private final TransportConfig config;
  private final ArrayDeque<Chunk> small = new ArrayDeque<>();
  private final ArrayDeque<Chunk> large = new ArrayDeque<>();
  private final ArrayDeque<BooleanSupplier> waiting = new ArrayDeque<>();
  private int largeMade;
  private final TransportStats stats;

  ChunkPool(TransportConfig config, TransportStats stats) {
    this.config = config;
    this.stats = stats;
  }

  /** Returns a chunk that fits this many bytes or a part of them; null if none is free. */
  @Nullable Chunk take(int bytes) {
    boolean wantLarge = bytes > config.smallChunkBytes();
    Chunk chunk = wantLarge ? large.pollFirst() : small.pollFirst();
    if (chunk == null) {
      if (wantLarge && largeMade == config.largeChunks()) {
        return null;
      }
      chunk = make(wantLarge);
    }
    chunk.end = 0;
    chunk.sent = 0;
    chunk.idle = false;
    chunk.released = false;
    stats.add(TransportStats.Figure.CHUNKS_IN_USE, 1);
    return chunk;
  }

  /** Bytes that a new chunk is guaranteed to have, whatever size the writer requests. */
  int guaranteedBytes() {
    return large.isEmpty() && largeMade == config.largeChunks() ? 0 : config.smallChunkBytes();
  }

  /**
   * Registers a callback for when a large chunk is free. It is called once and returns whether its
   * connection still needed the chunk.
   */
  void await(BooleanSupplier freed) {
    waiting.add(freed);
  }

  /**
   * Returns a chunk to the pool; one that the kernel still sends from returns when it is released.
   */
  void give(Chunk chunk) {
    if (chunk.lent > 0) {
      chunk.abandoned = true;
      return;
    }
    stats.add(TransportStats.Figure.CHUNKS_IN_USE, -1);
    (chunk.large ? large : small).addFirst(chunk);
    if (chunk.large) {
      // Skip callbacks of connections that have ended; otherwise the rest would wait forever.
      while (!waiting.isEmpty() && !waiting.poll().getAsBoolean()) {}
    }
  }

  /** The kernel has released the memory of one zero-copy send. */
  void returned(Chunk chunk) {
    chunk.lent--;
    if (chunk.lent == 0 && chunk.abandoned) {
      chunk.abandoned = false;
      give(chunk);
    }
  }

  /**
   * Gives the pages of large chunks back to the system that were free since the last call, so that
   * a burst does not keep its memory. Called regularly.
   */
  void trim() {
    int left = MAX_TRIMMED;
    for (Chunk chunk : large) {
      if (!chunk.idle) {
        chunk.idle = true;
      } else if (!chunk.released && left-- > 0) {
        chunk.released = true;
        NativePages.release(chunk.memory);
      }
    }
  }

  private Chunk make(boolean wantLarge) {
    if (wantLarge) {
      largeMade++;
    }
    int bytes = wantLarge ? config.largeChunkBytes() : config.smallChunkBytes();
    return new Chunk(arena.allocate(bytes, 64), wantLarge);
  }
}
