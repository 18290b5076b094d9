package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Short-lived crowds at each primitive, again and again, waits with and without a deadline mixed: a
 * wake-up that is given to nobody leaves a thread behind, which the crew's watchdog reports with a
 * dump. Some eleven thousand threads in total.
 */
class LostWakeUpStressTest {
  private static final int ROUNDS = 50;
  private static final int CROWD = 16;
  private static final int STEPS = 60;

  private int plain;

  /** Shorter than a wake-up takes, so that deadlines and wakes collide. */
  private static Duration brief() {
    return Duration.ofNanos(ThreadLocalRandom.current().nextInt(60_000));
  }

  @ParameterizedTest
  @EnumSource
  void mutex(Crew.Kind kind) {
    for (int round = 0; round < ROUNDS; round++) {
      Mutex mutex = new Mutex();
      plain = 0;
      Crew.run(
          kind,
          CROWD,
          thread -> {
            int done = 0;
            while (done < STEPS) {
              if (thread % 4 == 0 ? mutex.timedLock(brief()) : lock(mutex)) {
                plain++;
                done++;
                mutex.unlock();
              }
            }
          });
      assertEquals(CROWD * STEPS, plain);
    }
  }

  private static boolean lock(Mutex mutex) {
    mutex.lock();
    return true;
  }

  @ParameterizedTest
  @EnumSource
  void semaphore(Crew.Kind kind) {
    for (int round = 0; round < ROUNDS; round++) {
      Semaphore semaphore = new Semaphore(0);
      Crew.run(
          kind,
          CROWD,
          thread -> {
            for (int i = 0; i < STEPS; i++) {
              if (thread % 2 == 0) {
                semaphore.post();
              } else if (thread % 4 == 1) {
                semaphore.await();
              } else {
                while (!semaphore.timedAwait(brief())) {
                  Thread.onSpinWait();
                }
              }
            }
          });
      assertEquals(0, semaphore.permits());
    }
  }

  @ParameterizedTest
  @EnumSource
  void condition(Crew.Kind kind) {
    for (int round = 0; round < ROUNDS; round++) {
      Mutex mutex = new Mutex();
      Condition changed = new Condition();
      plain = 0;
      // A baton goes round: each waits for its own turn. With the turn comes a broadcast, since a
      // signal could reach one whose turn it is not.
      Crew.run(
          kind,
          CROWD,
          thread -> {
            for (int i = 0; i < STEPS / 10; i++) {
              mutex.lock();
              while (plain % CROWD != thread) {
                if (thread % 2 == 0) {
                  changed.timedAwait(mutex, brief());
                } else {
                  changed.await(mutex);
                }
              }
              plain++;
              changed.broadcast();
              mutex.unlock();
            }
          });
      assertEquals(CROWD * (STEPS / 10), plain);
    }
  }

  @ParameterizedTest
  @EnumSource
  void conditionWithOneSignalForEachItem(Crew.Kind kind) {
    for (int round = 0; round < ROUNDS; round++) {
      Mutex mutex = new Mutex();
      Condition available = new Condition();
      plain = 0;
      Crew.run(
          kind,
          CROWD,
          thread -> {
            for (int i = 0; i < STEPS; i++) {
              mutex.lock();
              if (thread % 2 == 0) {
                plain++;
                mutex.unlock();
                available.signal();
              } else {
                while (plain == 0) {
                  // One that times out must leave its signal to another.
                  if (thread % 4 == 1) {
                    available.await(mutex);
                  } else {
                    available.timedAwait(mutex, brief());
                  }
                }
                plain--;
                mutex.unlock();
              }
            }
          });
      assertEquals(0, plain);
    }
  }

  @ParameterizedTest
  @EnumSource
  void rwLock(Crew.Kind kind) {
    for (int round = 0; round < ROUNDS; round++) {
      RwLock lock = new RwLock();
      AtomicInteger writes = new AtomicInteger();
      plain = 0;
      Crew.run(
          kind,
          CROWD,
          thread -> {
            for (int i = 0; i < STEPS; i++) {
              if (thread % 4 == 0) {
                boolean taken = i % 2 == 0 ? lock.timedLock(brief()) : lockExclusive(lock);
                if (taken) {
                  plain++;
                  writes.incrementAndGet();
                  lock.unlock();
                }
              } else {
                boolean taken = i % 3 == 0 ? lock.timedLockShared(brief()) : lockShared(lock);
                if (taken) {
                  lock.unlockShared();
                }
              }
            }
          });
      assertEquals(writes.get(), plain);
      assertTrue(lock.tryLock(), "somebody still holds the lock");
    }
  }

  private static boolean lockExclusive(RwLock lock) {
    lock.lock();
    return true;
  }

  private static boolean lockShared(RwLock lock) {
    lock.lockShared();
    return true;
  }

  @ParameterizedTest
  @EnumSource
  void resetEventAndWaitGroup(Crew.Kind kind) {
    for (int round = 0; round < ROUNDS; round++) {
      ResetEvent gate = new ResetEvent();
      WaitGroup group = new WaitGroup();
      group.startMany(CROWD);
      Crew.run(
          kind,
          CROWD,
          thread -> {
            if (thread == 0) {
              gate.set();
            } else if (thread % 3 == 0) {
              while (!gate.timedAwait(brief())) {
                Thread.onSpinWait();
              }
            } else {
              gate.await();
            }
            group.finish();
            group.await();
          });
      assertTrue(group.isDone());
    }
  }

  @ParameterizedTest
  @EnumSource
  void pool(Crew.Kind kind) {
    for (int round = 0; round < ROUNDS; round++) {
      AtomicInteger ran = new AtomicInteger();
      try (ThreadPool pool = new ThreadPool(new ThreadPool.Config("stress", 2, 2))) {
        Crew.run(
            kind,
            CROWD,
            thread -> {
              WaitGroup group = new WaitGroup();
              for (int i = 0; i < STEPS / 4; i++) {
                pool.spawn(group, ran::incrementAndGet);
              }
              pool.waitAndWork(group);
            });
      }
      assertEquals(CROWD * (STEPS / 4), ran.get());
    }
  }

  @ParameterizedTest
  @EnumSource
  void poolClosedBesideSpawns(Crew.Kind kind) {
    for (int round = 0; round < 4 * ROUNDS; round++) {
      AtomicInteger ran = new AtomicInteger();
      AtomicInteger accepted = new AtomicInteger();
      ThreadPool pool = new ThreadPool(new ThreadPool.Config("closing", 1, 1));
      Crew.run(
          kind,
          4,
          thread -> {
            if (thread == 0) {
              pool.close();
              return;
            }
            try {
              pool.spawn(ran::incrementAndGet);
              accepted.incrementAndGet();
            } catch (IllegalStateException closed) {
              assertEquals("pool 'closing' is closed", closed.getMessage());
            }
          });
      assertEquals(accepted.get(), ran.get(), "a task was accepted and not run");
    }
  }
}
