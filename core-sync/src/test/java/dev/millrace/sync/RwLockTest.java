package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RwLockTest {
  private final RwLock lock = new RwLock();
  private long left;
  private long right;

  @Test
  void manyReadersOrOneWriter() {
    lock.lock();
    assertFalse(lock.tryLock());
    assertFalse(lock.tryLockShared());
    lock.unlock();

    assertTrue(lock.tryLockShared());
    assertTrue(lock.tryLockShared());
    assertFalse(lock.tryLock());
    lock.unlockShared();
    assertFalse(lock.tryLock());
    lock.unlockShared();

    assertTrue(lock.tryLock());
    lock.unlock();
    lock.lockShared();
    lock.unlockShared();
  }

  @ParameterizedTest
  @EnumSource
  void readersNeverSeeHalfAWrite(Crew.Kind kind) {
    AtomicInteger torn = new AtomicInteger();
    int rounds = 5_000;
    Crew.run(
        kind,
        8,
        thread -> {
          for (int i = 0; i < rounds; i++) {
            if (thread % 3 == 0) {
              lock.lock();
              left++;
              right++;
              lock.unlock();
            } else {
              lock.lockShared();
              if (left != right) {
                torn.incrementAndGet();
              }
              lock.unlockShared();
            }
          }
        });
    assertEquals(0, torn.get());
    assertEquals(3L * rounds, left);
  }

  @ParameterizedTest
  @EnumSource
  void aWaitingWriterHoldsBackNewReaders(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    lock.lockShared();
    Thread writer =
        crew.start(() -> {
          lock.lock();
          left = 1;
          lock.unlock();
        });
    Crew.assertBlocked(writer);
    assertFalse(lock.tryLockShared());
    Thread reader =
        crew.start(() -> {
          lock.lockShared();
          assertEquals(1, left, "the reader came before the writer");
          lock.unlockShared();
        });
    Crew.assertBlocked(reader);
    lock.unlockShared();
    crew.join();
  }

  @ParameterizedTest
  @EnumSource
  void readersThatWaitedComeBeforeTheNextWriter(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    lock.lock();
    Thread reader =
        crew.start(() -> {
          lock.lockShared();
          assertEquals(0, left, "a writer passed the waiting reader");
          lock.unlockShared();
        });
    Crew.assertBlocked(reader);
    Thread writer =
        crew.start(() -> {
          lock.lock();
          left = 1;
          lock.unlock();
        });
    Crew.assertBlocked(writer);
    lock.unlock();
    crew.join();
    assertEquals(1, left);
  }

  @ParameterizedTest
  @EnumSource
  void aWriterThatGivesUpLetsTheReadersBehindItIn(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    lock.lockShared();
    Thread writer =
        crew.start(() -> assertFalse(lock.timedLock(Deadline.after(Duration.ofMillis(300)))));
    Crew.assertBlocked(writer);
    Thread reader =
        crew.start(() -> {
          lock.lockShared();
          lock.unlockShared();
        });
    Crew.assertBlocked(reader);
    // The calling thread still holds its share: only the writer's leaving can let the reader in.
    crew.join();
    lock.unlockShared();
    assertTrue(lock.tryLock());
    lock.unlock();
  }

  @ParameterizedTest
  @EnumSource
  void timesOutInBothModes(Crew.Kind kind) {
    lock.lock();
    Crew.run(
        kind,
        4,
        thread -> {
          long start = System.nanoTime();
          boolean taken =
              thread % 2 == 0
                  ? lock.timedLock(Duration.ofMillis(20))
                  : lock.timedLockShared(Duration.ofMillis(20));
          assertFalse(taken);
          assertTrue(System.nanoTime() - start >= 20_000_000);
        });
    lock.unlock();
    assertTrue(lock.timedLock(Duration.ofSeconds(9)));
    lock.unlock();
    assertTrue(lock.timedLockShared(Duration.ofSeconds(9)));
    lock.unlockShared();
  }

  @ParameterizedTest
  @EnumSource
  void interruptionIsIgnoredAndKept(Crew.Kind kind) {
    Crew crew = new Crew(kind);
    lock.lock();
    Thread reader =
        crew.start(() -> {
          lock.lockShared();
          lock.unlockShared();
          assertTrue(Thread.currentThread().isInterrupted());
        });
    Thread writer =
        crew.start(() -> {
          lock.lock();
          lock.unlock();
          assertTrue(Thread.currentThread().isInterrupted());
        });
    Crew.assertBlocked(reader);
    reader.interrupt();
    writer.interrupt();
    Crew.assertBlocked(reader);
    Crew.assertBlocked(writer);
    lock.unlock();
    crew.join();
  }

  @Test
  void sharesAreBounded() {
    for (int i = 0; i < 65_535; i++) {
      lock.lockShared();
    }
    assertFalse(lock.tryLockShared());
    String message = Crew.messageOf(IllegalStateException.class, lock::lockShared);
    assertTrue(message.contains("65,535 readers"), message);
    for (int i = 0; i < 65_535; i++) {
      lock.unlockShared();
    }
    assertTrue(lock.tryLock());
    lock.unlock();
  }

  @Test
  void misuseSaysWhatHappened() {
    String free = Crew.messageOf(IllegalMonitorStateException.class, lock::unlock);
    assertTrue(free.contains("is not held"), free);
    assertThrows(IllegalMonitorStateException.class, lock::unlockShared);

    lock.lockShared();
    String shared = Crew.messageOf(IllegalMonitorStateException.class, lock::unlock);
    assertTrue(shared.contains("held for reading, 1 times"), shared);
    lock.unlockShared();

    lock.lock();
    String again = Crew.messageOf(IllegalMonitorStateException.class, lock::lock);
    assertTrue(again.contains("already holds for writing"), again);
    assertThrows(IllegalMonitorStateException.class, lock::lockShared);
    assertThrows(IllegalMonitorStateException.class, lock::unlockShared);
    Crew.run(
        Crew.Kind.PLATFORM,
        1,
        i -> {
          String other = Crew.messageOf(IllegalMonitorStateException.class, lock::unlock);
          assertTrue(other.contains("held for writing by thread"), other);
        });
    lock.unlock();
  }
}
