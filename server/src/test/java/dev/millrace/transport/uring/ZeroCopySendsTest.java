package dev.millrace.transport.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.transport.uring.TransportStats.Figure;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ZeroCopySendsTest {
  private final TransportStats stats = new TransportStats(true);
  private final ChunkPool pool = new ChunkPool(TransportConfig.DEFAULT, stats);
  private final ZeroCopySends sends = new ZeroCopySends();

  private Chunk take() {
    Chunk chunk = pool.take(100_000);
    assertNotNull(chunk);
    return chunk;
  }

  @Test
  void aChunkIsNotReusedBeforeItsLastSendCompletes() {
    Chunk chunk = take();
    int first = sends.begin(chunk);
    int second = sends.begin(chunk);
    pool.give(chunk);
    assertEquals(1, stats.get(Figure.CHUNKS_IN_USE));
    assertNotSame(chunk, take());
    pool.returned(sends.complete(first));
    assertNotSame(chunk, take());
    pool.returned(sends.complete(second));
    assertTrue(sends.isEmpty());
    assertSame(chunk, take());
  }

  @Test
  void aChunkIsNotReusedBeforeItsUserReturnsIt() {
    Chunk chunk = take();
    pool.returned(sends.complete(sends.begin(chunk)));
    assertNotSame(chunk, take());
    pool.give(chunk);
    assertSame(chunk, take());
  }

  @Test
  void sendsHaveUniqueTagsUntilNoneIsLeft() {
    Chunk chunk = take();
    Set<Integer> tags = new HashSet<>();
    for (int tag = sends.begin(chunk); tag >= 0; tag = sends.begin(chunk)) {
      assertTrue(tags.add(tag), "tag " + tag);
    }
    assertEquals(Set.of(5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), tags);
    assertSame(chunk, sends.complete(9));
    assertEquals(9, sends.begin(chunk));
    assertThrows(IllegalStateException.class, () -> new ZeroCopySends().complete(9));
  }

  @Test
  void aWaiterForALargeChunkIsCalledOnceItsSendsComplete() {
    TransportConfig one = TransportConfig.DEFAULT.sharedBy(TransportConfig.DEFAULT.largeChunks());
    ChunkPool single = new ChunkPool(one, stats);
    Chunk chunk = single.take(100_000);
    assertNotNull(chunk);
    int tag = sends.begin(chunk);
    assertNull(single.take(100_000));
    boolean[] called = {false};
    single.await(() -> {
      called[0] = true;
      return true;
    });
    single.give(chunk);
    assertEquals(false, called[0]);
    single.returned(sends.complete(tag));
    assertTrue(called[0]);
  }
}
