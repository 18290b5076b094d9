package dev.millrace.transport.uring;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Chunks to send from. Small ones are as many as connections have sends under way; large ones are
 * bounded, and whoever finds none is called when one comes back, first come first served. Loop
 * thread only.
 */
final class ChunkPool {
  private final Arena arena = Arena.ofAuto();
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

  /** A chunk fit for this many bytes, or for a part of them; null if none is free. */
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
    stats.add(TransportStats.Figure.CHUNKS_IN_USE, 1);
    return chunk;
  }

  /** Bytes that a chunk is sure to have, of a size that the writer chooses. */
  int guaranteedBytes() {
    return large.isEmpty() && largeMade == config.largeChunks() ? 0 : config.smallChunkBytes();
  }

  /**
   * Calls back once when a large chunk is free; the answer is whether anybody was still waiting.
   */
  void await(BooleanSupplier freed) {
    waiting.add(freed);
  }

  /** Takes a chunk back; one that the kernel still sends from, as soon as it does not. */
  void give(Chunk chunk) {
    if (chunk.lent > 0) {
      chunk.abandoned = true;
      return;
    }
    stats.add(TransportStats.Figure.CHUNKS_IN_USE, -1);
    (chunk.large ? large : small).addFirst(chunk);
    if (chunk.large) {
      // Those whose connection has ended meanwhile are passed over, or the rest would wait for
      // good.
      while (!waiting.isEmpty() && !waiting.poll().getAsBoolean()) {}
    }
  }

  /** A zero-copy send from a chunk has ended for good. */
  void returned(Chunk chunk) {
    chunk.lent--;
    if (chunk.lent == 0 && chunk.abandoned) {
      chunk.abandoned = false;
      give(chunk);
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
