package dev.millrace.content.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.content.lock.LockTable.FullException;
import dev.millrace.content.lock.LockTable.Lock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LockTableTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private long now = Long.MAX_VALUE - 5; // differences count, not values
  private final LockTable locks = new LockTable(3, () -> now);

  private Lock lock(String path, boolean infinite, boolean exclusive) throws Exception {
    LockTable.Result result = locks.acquire(path, path, infinite, exclusive, "", "ann", MINUTE);
    return result.conflict() ? null : result.lock();
  }

  private boolean mayWrite(String path, boolean membership, boolean deep, String... tokens) {
    return locks.barrier(path, membership, deep, List.of(tokens), "ann") == null;
  }

  @Test
  void exclusiveLocksExcludeAllAndSharedOnesOnlyExclusiveOnes() throws Exception {
    assertNotNull(lock("/r/a", false, false));
    assertNotNull(lock("/r/a", false, false));
    assertNull(lock("/r/a", false, true));
    assertNull(lock("/r", true, true), "a lock below");
    assertNotNull(lock("/r", false, true), "of the directory itself only");
    assertNotNull(locks.of("/r/a").getFirst());
  }

  @Test
  void anInfiniteLockAppliesToAllBelow() throws Exception {
    Lock lock = lock("/r/a", true, true);
    assertNull(lock("/r/a/b/c", false, false));
    assertFalse(mayWrite("/r/a/b/c", false, false));
    assertTrue(mayWrite("/r/a/b/c", false, false, lock.token()));
    assertTrue(mayWrite("/r/ab", true, true), "no path below");
    assertTrue(mayWrite("/r", false, false));
    assertFalse(mayWrite("/r", true, true), "would remove the locked path");
    assertTrue(locks.isLockedBy(lock.token(), "/r/a/x"));
    assertFalse(locks.isLockedBy(lock.token(), "/r/b"));
  }

  @Test
  void aLockOfADirectoryProtectsItsNames() throws Exception {
    Lock lock = lock("/r/a", false, true);
    assertTrue(mayWrite("/r/a/f", false, false));
    assertFalse(mayWrite("/r/a/f", true, false));
    assertTrue(mayWrite("/r/a/f", true, false, lock.token()));
  }

  @Test
  void aTokenOfAnotherUserIsNone() throws Exception {
    Lock lock = lock("/r/a", false, true);
    assertNotNull(locks.barrier("/r/a", false, false, Set.of(lock.token()), "bob"));
    assertNotNull(locks.barrier("/r/a", false, false, Set.of(lock.token()), null));
    assertFalse(locks.release(lock.token(), "/r/a", "bob"));
    assertTrue(locks.refresh(lock.token(), "/r/a", "bob", MINUTE).isEmpty());
    assertFalse(locks.release(lock.token(), "/r/b", "ann"), "of another path");
    assertTrue(locks.release(lock.token(), "/r/a", "ann"));
    assertFalse(locks.release(lock.token(), "/r/a", "ann"));
    assertTrue(mayWrite("/r/a", true, true));
  }

  @Test
  void locksExpireUnlessTheyAreRefreshed() throws Exception {
    Lock one = lock("/r/a", false, true);
    Lock two = lock("/r/b", false, true);
    now += Duration.ofSeconds(40).toNanos();
    assertEquals(20, locks.secondsLeft(one));
    Lock refreshed = locks.refresh(two.token(), "/r/b", "ann", Duration.ofDays(1)).orElseThrow();
    assertEquals(LockTable.MAX_TIMEOUT, refreshed.timeout());
    now += Duration.ofSeconds(21).toNanos();
    assertTrue(mayWrite("/r/a", false, false));
    assertFalse(mayWrite("/r/b", false, false));
    assertEquals(1, locks.size());
    now += Duration.ofHours(1).toNanos();
    assertEquals(0, locks.size());
    assertTrue(locks.of("/r/b").isEmpty());
  }

  @Test
  void aRemovedPathLosesItsLocksAndThoseBelow() throws Exception {
    lock("/r/a", false, true);
    lock("/r/a/b", false, true);
    lock("/r/ab", false, true);
    locks.removed("/r/a");
    assertEquals(1, locks.size());
    assertFalse(mayWrite("/r/ab", false, false));
  }

  @Test
  void theNumberOfLocksIsBounded() throws Exception {
    lock("/r/a", false, true);
    lock("/r/b", false, true);
    lock("/r/c", false, true);
    assertThrows(FullException.class, () -> lock("/r/d", false, true));
    now += MINUTE.toNanos();
    assertNotNull(lock("/r/d", false, true), "the others have expired");
  }
}
