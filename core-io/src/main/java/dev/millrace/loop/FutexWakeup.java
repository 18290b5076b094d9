package dev.millrace.loop;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.millrace.sync.Futex;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Wakes the loop through IORING_OP_FUTEX_WAIT (kernel 6.7).
 *
 * <p>The kernel compares the word only when the wait is armed. If a waker is faster than the
 * arming, the word is no longer ASLEEP and the wait completes at once with EAGAIN. After the loop
 * has closed, the word is never ASLEEP, so wakers make no system call.
 */
final class FutexWakeup extends ArmedWakeup {
  private static final VarHandle INT = JAVA_INT.varHandle();

  // On its own cache lines: other threads write it.
  private final MemorySegment word = Arena.ofAuto().allocate(256, 128).asSlice(128, 4);

  FutexWakeup(EventLoop loop) {
    super(loop, OpKind.FUTEX_WAIT);
  }

  @Override
  public void wake() {
    if ((int) INT.getAndSet(word, 0L, NOTIFIED) == ASLEEP) {
      calling();
      Futex.wake(word, 1);
    }
  }

  @Override
  boolean moveToAsleep() {
    return INT.compareAndSet(word, 0L, AWAKE, ASLEEP);
  }

  @Override
  void prepare(Ring ring, long userData) {
    ring.prepFutexWait(word, ASLEEP, userData);
  }

  @Override
  public void awake() {
    var _ = (int) INT.getAndSet(word, 0L, AWAKE);
  }
}
