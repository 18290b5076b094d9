package dev.millrace.loop;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.millrace.sync.Futex;
import dev.millrace.uring.OpKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Wakes the loop through IORING_OP_FUTEX_WAIT (kernel 6.7).
 *
 * <p>The wait is armed when the loop first falls asleep and stays armed over sleeps that something
 * else ends; the kernel compares the word only when it is armed. If a waker is faster than the
 * arming, the word no longer reads ASLEEP and the wait completes at once with EAGAIN.
 */
final class FutexWakeup implements Wakeup, CompletionTarget {
  private static final VarHandle INT = JAVA_INT.varHandle();

  private static final int TAG_WAIT = 0;
  private static final int TAG_CANCEL = 1;

  private final EventLoop loop;
  // Alone on its cache lines: other threads write it.
  private final MemorySegment word = Arena.ofAuto().allocate(256, 128).asSlice(128, 4);
  private final long handle;
  private long userData;
  private boolean armed;
  private boolean cancelling;

  FutexWakeup(EventLoop loop) {
    this.loop = loop;
    this.handle = loop.register(this);
  }

  @Override
  public void wake() {
    if ((int) INT.getAndSet(word, 0L, NOTIFIED) == ASLEEP) {
      Futex.wake(word, 1);
    }
  }

  @Override
  public boolean tryFallAsleep() {
    if (!INT.compareAndSet(word, 0L, AWAKE, ASLEEP)) {
      return false;
    }
    if (!armed) {
      armed = true;
      userData = loop.begin(handle, OpKind.FUTEX_WAIT, TAG_WAIT);
      loop.ring().prepFutexWait(word, ASLEEP, userData);
    }
    return true;
  }

  @Override
  public void awake() {
    var _ = (int) INT.getAndSet(word, 0L, AWAKE);
  }

  @Override
  public void completed(int tag, int result, int flags) {
    if (tag == TAG_WAIT) {
      armed = false;
    } else {
      cancelling = false;
    }
  }

  @Override
  public void close() {
    // From here on nobody finds the word ASLEEP, so nobody calls the kernel about it any more.
    if (armed) {
      cancelling = true;
      loop.ring().prepCancel(userData, loop.begin(handle, OpKind.CANCEL, TAG_CANCEL));
      loop.join(this, () -> armed || cancelling);
    }
    loop.release(handle);
  }
}
