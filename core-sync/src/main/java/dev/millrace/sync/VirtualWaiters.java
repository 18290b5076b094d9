package dev.millrace.sync;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * The futex of virtual threads: parks them, keyed by the word's address, so that a waiting virtual
 * thread does not block its carrier in a system call. Called by {@link Futex} only. Any thread.
 */
final class VirtualWaiters {
  /*
   * FUTEX_WAIT compares the word and sleeps in one step. Here there are two steps, and Dekker's
   * ordering makes them safe: the waiter announces itself, then checks the word; the waker changes
   * the word, then (after a full fence) checks for announcements. At least one sees the other. If
   * the waiter checked first:
   *
   *   W: word == expected
   *                                K: word = new
   *                                K: no announcement -> returns
   *   W: announces itself, parks   <- asleep forever
   *
   * A compare-and-set WAITING -> WOKEN gives a wake to exactly one waiter. A waiter that leaves
   * (deadline) does so by WAITING -> LEFT, so no wake is spent on a waiter that has left. A waiter
   * that was woken and then finds the word changed has received a wake that the kernel would have
   * given to a real sleeper, so it passes it on.
   */
  private static final int WAITING = 0;
  private static final int WOKEN = 1;
  private static final int LEFT = 2;

  private static final int BUCKETS = 256;
  private static final Bucket[] TABLE = new Bucket[BUCKETS];

  static {
    for (int i = 0; i < BUCKETS; i++) {
      TABLE[i] = new Bucket();
    }
  }

  private VirtualWaiters() {}

  private static final class Bucket {
    static final VarHandle ANNOUNCED = field(Bucket.class, "announced");

    final ConcurrentLinkedQueue<Waiter> queue = new ConcurrentLinkedQueue<>();
    volatile int announced;
    boolean virtualTurn;
  }

  private static final class Waiter {
    static final VarHandle STATE = field(Waiter.class, "state");

    final Thread thread = Thread.currentThread();
    final long address;
    volatile int state = WAITING;

    Waiter(long address) {
      this.address = address;
    }

    boolean moveTo(int next) {
      return STATE.compareAndSet(this, WAITING, next);
    }
  }

  /** Whether a virtual thread may be waiting at {@code address}. The caller has fenced. */
  static boolean mayHaveWaiters(long address) {
    return bucket(address).announced != 0;
  }

  /**
   * Alternates, so that neither the waiters in the kernel nor those parked here can starve. A race
   * costs at most one turn.
   */
  static boolean isVirtualTurn(long address) {
    Bucket bucket = bucket(address);
    boolean turn = !bucket.virtualTurn;
    bucket.virtualTurn = turn;
    return turn;
  }

  /** {@link Futex#sleep} for the calling virtual thread. */
  static Futex.End sleep(MemorySegment word, int expected, Deadline deadline) {
    Bucket bucket = bucket(word.address());
    Waiter waiter = new Waiter(word.address());
    Bucket.ANNOUNCED.getAndAdd(bucket, 1);
    bucket.queue.add(waiter);
    try {
      if ((int) JAVA_INT.varHandle().getVolatile(word, 0L) == expected) {
        return park(waiter, deadline);
      }
      // A wake that no other thread accepts stays with this one, because the waker has counted it.
      boolean kept = !waiter.moveTo(LEFT) && Futex.wake(word, 1) == 0;
      return kept ? Futex.End.WOKEN : Futex.End.BY_ITSELF;
    } finally {
      bucket.queue.remove(waiter);
      Bucket.ANNOUNCED.getAndAdd(bucket, -1);
    }
  }

  private static Futex.End park(Waiter waiter, Deadline deadline) {
    boolean interrupted = false;
    try {
      while (waiter.state == WAITING) {
        if (deadline.isNever()) {
          LockSupport.park(waiter);
        } else {
          long remainingNanos = deadline.remainingNanos();
          if (remainingNanos == 0) {
            return waiter.moveTo(LEFT) ? Futex.End.TIMED_OUT : Futex.End.WOKEN;
          }
          LockSupport.parkNanos(waiter, remainingNanos);
        }
        // With the interrupt status set, park would return at once every time.
        interrupted |= Thread.interrupted();
      }
      return Futex.End.WOKEN;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Unparks at most {@code maxWaiters} threads waiting at {@code address}, longest first. */
  static int wake(long address, int maxWaiters) {
    int woken = 0;
    Iterator<Waiter> waiters = bucket(address).queue.iterator();
    while (woken < maxWaiters && waiters.hasNext()) {
      Waiter waiter = waiters.next();
      if (waiter.address == address && waiter.moveTo(WOKEN)) {
        LockSupport.unpark(waiter.thread);
        woken++;
      }
    }
    return woken;
  }

  private static Bucket bucket(long address) {
    int line = (int) (address >>> 7);
    return TABLE[(line ^ (line >>> 8)) & (BUCKETS - 1)];
  }

  private static VarHandle field(Class<?> owner, String name) {
    try {
      return MethodHandles.lookup().findVarHandle(owner, name, int.class);
    } catch (ReflectiveOperationException absent) {
      throw new ExceptionInInitializerError(absent);
    }
  }
}
