package dev.millrace.loop;

import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;

/**
 * The common part of both wakeups: one operation, armed when the loop first falls asleep. It stays
 * armed over sleeps that other completions end. It is cancelled and joined when the loop closes.
 */
abstract class ArmedWakeup implements Wakeup, CompletionTarget {
  private static final int TAG_WAIT = 0;
  private static final int TAG_CANCEL = 1;

  private final EventLoop loop;
  private final OpKind kind;
  private final long handle;
  private long userData;
  private boolean armed;
  private boolean cancelling;

  /**
   * @param kind of the operation that {@link #prepare} prepares
   */
  ArmedWakeup(EventLoop loop, OpKind kind) {
    this.loop = loop;
    this.kind = kind;
    this.handle = loop.register(this);
  }

  /**
   * Records that the caller is about to make the system call that ends the loop's sleep. Any
   * thread.
   */
  final void calling() {
    loop.waking();
  }

  /** Changes AWAKE to ASLEEP; false if the state was another. */
  abstract boolean moveToAsleep();

  /** Prepares the operation that completes when another thread wakes the loop. */
  abstract void prepare(Ring ring, long userData);

  @Override
  public final boolean tryFallAsleep() {
    if (!moveToAsleep()) {
      return false;
    }
    if (!armed) {
      armed = true;
      userData = loop.begin(handle, kind, TAG_WAIT);
      prepare(loop.ring(), userData);
    }
    return true;
  }

  @Override
  public final void completed(int tag, int result, int flags) {
    if (tag == TAG_WAIT) {
      armed = false;
    } else {
      cancelling = false;
    }
  }

  @Override
  public final boolean cancelForClose() {
    if (armed && !cancelling) {
      cancelling = true;
      loop.ring().prepCancel(userData, loop.begin(handle, OpKind.CANCEL, TAG_CANCEL));
    }
    return armed || cancelling;
  }

  /** Call with no operation in flight. */
  @Override
  public void close() {
    loop.release(handle);
  }
}
