package dev.millrace.transport.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkPoolTest {
  private static final int LARGE = TransportConfig.DEFAULT.largeChunkBytes();
  private static final byte FILLED = 7;

  private final ChunkPool pool = new ChunkPool(TransportConfig.DEFAULT, new TransportStats(false));

  private Chunk take() {
    Chunk chunk = pool.take(LARGE);
    assertNotNull(chunk);
    return chunk;
  }

  private static boolean isFilled(Chunk chunk) {
    return chunk.memory.get(JAVA_BYTE, LARGE / 2) == FILLED;
  }

  @Test
  void onlyChunksThatWereFreeBetweenTwoTrimsLoseTheirPages() {
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Chunk chunk = take();
      chunk.memory.fill(FILLED);
      chunks.add(chunk);
    }
    Chunk kept = chunks.removeFirst();
    chunks.forEach(pool::give);
    pool.trim();
    assertEquals(7, chunks.stream().filter(ChunkPoolTest::isFilled).count());
    Chunk used = take(); // the last one that was given
    pool.give(used);
    pool.trim();
    assertEquals(1, chunks.stream().filter(ChunkPoolTest::isFilled).count());
    assertEquals(true, isFilled(used));
    assertEquals(true, isFilled(kept));

    Chunk again = take();
    again.memory.fill(FILLED); // memory whose pages were given back can be used
    Chunk zeroed = take();
    zeroed.memory.fill(FILLED);
    pool.trim();
    pool.trim();
    assertEquals(true, isFilled(zeroed));
  }
}
