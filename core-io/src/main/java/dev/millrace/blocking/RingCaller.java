package dev.millrace.blocking;

import dev.millrace.loop.CompletionTarget;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopClosedException;
import dev.millrace.loop.LoopWait;
import dev.millrace.sync.ffi.Errno;
import dev.millrace.uring.OpKind;
import java.lang.foreign.MemorySegment;

/**
 * Ring operations for a thread other than the loop thread: each call is posted to the loop and
 * waits for its completion. A platform thread sleeps in the kernel; a virtual thread parks and
 * leaves its carrier free. So the same blocking code runs on either.
 *
 * <p>When the loop closes, an operation in flight is cancelled, and every call without a result
 * throws {@link LoopClosedException}, as does each later call.
 *
 * <p>Used by one thread at a time, never by the loop thread.
 */
public final class RingCaller implements CompletionTarget, AutoCloseable {
  private static final int TAG_CALL = 0;
  private static final int TAG_CANCEL = 1;

  private final EventLoop loop;
  private final LoopWait done;
  private final Runnable submit = this::submit;

  /** The posted operation; written by the caller before posting, read by the loop afterwards. */
  private OpKind kind = OpKind.NOP;

  private int fd;
  private long address;
  private int length;
  private long offset;

  /** Written by the loop before {@code done} is set, read by the caller afterwards. */
  private int result;

  private boolean endedByClose;

  // Loop thread only.
  private long handle;
  private boolean registered;
  private long userData;
  private boolean inFlight;
  private boolean cancelled;
  private boolean cancelling;

  /** Creates a caller for a loop whose thread is running. */
  public RingCaller(EventLoop loop) {
    this.loop = loop;
    this.done = new LoopWait(loop);
  }

  /**
   * Reads at an offset (pread(2)); may be short.
   *
   * @param into native memory that no other thread uses during the call
   * @return bytes read, 0 at the end, or {@code -errno}
   */
  public int read(int descriptor, MemorySegment into, long at) {
    return call(OpKind.READ, descriptor, into, at);
  }

  /**
   * Writes at an offset (pwrite(2)); may be short.
   *
   * @param from native memory that does not change during the call
   * @return bytes written, or {@code -errno}
   */
  public int write(int descriptor, MemorySegment from, long at) {
    return call(OpKind.WRITE, descriptor, from, at);
  }

  /** Submits a no-op, to measure the cost of a round trip. */
  public int nop() {
    return call(OpKind.NOP, -1, MemorySegment.NULL, 0);
  }

  private int call(OpKind operation, int descriptor, MemorySegment memory, long at) {
    if (loop.isLoopThread()) {
      throw new IllegalStateException("the loop thread must not block on itself");
    }
    kind = operation;
    fd = descriptor;
    address = memory.address();
    length = (int) Math.min(memory.byteSize(), Integer.MAX_VALUE);
    offset = at;
    done.reset();
    loop.post(submit);
    done.await();
    if (endedByClose && result == -Errno.ECANCELED) {
      throw new LoopClosedException();
    }
    return result;
  }

  private void submit() {
    if (!registered) {
      registered = true;
      handle = loop.register(this);
    }
    userData = loop.begin(handle, kind, TAG_CALL);
    inFlight = true;
    switch (kind) {
      case READ -> loop.ring().prepRead(fd, address, length, offset, userData);
      case WRITE -> loop.ring().prepWrite(fd, address, length, offset, userData);
      default -> loop.ring().prepNop(userData);
    }
  }

  @Override
  public void completed(int tag, int outcome, int flags) {
    if (tag == TAG_CANCEL) {
      cancelling = false;
      return;
    }
    inFlight = false;
    endedByClose = cancelled;
    result = outcome;
    done.happened();
  }

  @Override
  public boolean cancelForClose() {
    if (inFlight && !cancelled) {
      cancelled = true;
      cancelling = true;
      loop.ring().prepCancel(userData, loop.begin(handle, OpKind.CANCEL, TAG_CANCEL));
    }
    return inFlight || cancelling;
  }

  /** Releases the slot; no call may be in progress. */
  @Override
  public void close() {
    loop.post(() -> {
      if (registered) {
        registered = false;
        loop.release(handle);
      }
    });
  }
}
