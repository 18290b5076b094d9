package dev.millrace.blocking;

import dev.millrace.io.ReadFailedException;
import dev.millrace.loop.CompletionTarget;
import dev.millrace.loop.DroppableTask;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopClosedException;
import dev.millrace.net.Sockets;
import dev.millrace.sync.Errno;
import dev.millrace.uring.OpKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Receives ahead into two halves: while the thread takes the bytes of one, the loop receives into
 * the other. So a thread that keeps up never has to call the loop, and the loop calls it only when
 * it waits.
 */
final class SocketReader extends RingReader implements CompletionTarget {
  private static final int HALF_BYTES = 8 << 10;
  private static final int BUFFER_BYTES = 8 << 10;
  private static final int TAG_RECEIVE = 0;
  private static final int TAG_CANCEL = 1;

  /*
   * The halves are used in turn: number n is half n & 1. The loop counts those that it has filled,
   * the thread those that it has taken. The loop receives while a half is free, otherwise it is
   * idle, and the thread that frees a half makes it receive again. Both sides first change their
   * own variable and then look at the other's, so one of them sees that there is work.
   */
  private final MemorySegment[] halves = new MemorySegment[2];
  private final int[] results = new int[2];
  private volatile int filled;
  private volatile int taken;
  private final AtomicBoolean idle = new AtomicBoolean();

  /** The thread that waits; one needs no futex, whose wake is a system call. */
  private volatile @Nullable Thread waiter;

  private volatile boolean loopClosed;

  /** Whether the thread still uses the half that it was given last. */
  private boolean holds;

  private final EventLoop loop;
  private final SharedDescriptor descriptor;
  private final Runnable receive = this::receive;

  // Loop thread only.
  private long handle;
  private long userData;
  private boolean registered;
  private boolean inFlight;
  private boolean cancelling;
  private boolean cancelled;

  SocketReader(EventLoop loop, SharedDescriptor descriptor) {
    super(new byte[BUFFER_BYTES]);
    this.loop = loop;
    this.descriptor = descriptor;
    MemorySegment memory = Arena.ofAuto().allocate(2 * HALF_BYTES); // for the last operation
    halves[0] = memory.asSlice(0, HALF_BYTES);
    halves[1] = memory.asSlice(HALF_BYTES);
    var _ = descriptor.begin(); // ends when the loop has finished with it
    DroppableTask.post(loop::post, this::start, this::dropped);
  }

  // ---- the thread that reads -------------------------------------------------------------------

  @Override
  int readMore() throws ReadFailedException {
    if (loop.isLoopThread()) {
      throw new IllegalStateException("the loop thread must not block on itself");
    }
    if (holds) {
      holds = false;
      int next = taken + 1; // only this thread writes it
      taken = next;
      if (idle.get() && idle.compareAndSet(true, false)) {
        loop.post(receive);
      }
    }
    if (mustWait()) {
      await();
    }
    if (descriptor.isClosed()) {
      throw new ReadFailedException("the socket is closed");
    }
    return filled == taken ? receiveWithoutLoop() : half();
  }

  private boolean mustWait() {
    return filled == taken && !loopClosed && !descriptor.isClosed();
  }

  /** Parks; ignores an interrupt and keeps its status, as all waits of the library. */
  private void await() {
    boolean interrupted = false;
    waiter = Thread.currentThread();
    try {
      while (mustWait()) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
    } finally {
      waiter = null;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void wake() {
    LockSupport.unpark(waiter);
  }

  private int half() {
    int result = results[taken & 1];
    if (result > 0) { // otherwise it stays, for the next call
      staging = halves[taken & 1];
      holds = true;
    }
    return result;
  }

  private int receiveWithoutLoop() throws ReadFailedException {
    if (!descriptor.begin()) {
      throw new ReadFailedException("the socket is closed");
    }
    try {
      staging = halves[0];
      int n = Sockets.receiveNow(descriptor.fd(), staging);
      if (n == -Errno.EAGAIN) {
        throw new LoopClosedException();
      }
      return n;
    } finally {
      descriptor.end();
    }
  }

  @Override
  String what() {
    return "receiving";
  }

  /** Ends a call that waits; the descriptor is closed already. Any thread. */
  void close() {
    wake();
    loop.post(() -> {
      cancel();
      finish();
    });
  }

  // ---- the loop --------------------------------------------------------------------------------

  private void start() {
    handle = loop.register(this);
    registered = true;
    receive();
  }

  /** The loop has closed before it could start. Any thread. */
  private void dropped() {
    loopClosed = true;
    wake();
    ended();
  }

  private void receive() {
    if (descriptor.isClosed()) {
      finish();
      return;
    }
    inFlight = true;
    userData = loop.begin(handle, OpKind.RECV, TAG_RECEIVE);
    loop.ring().prepRecv(descriptor.fd(), halves[filled & 1], 0, userData);
  }

  @Override
  public void completed(int tag, int result, int flags) {
    if (tag == TAG_CANCEL) {
      cancelling = false;
      finish();
      return;
    }
    inFlight = false;
    if (cancelled && result == -Errno.ECANCELED) {
      finish();
      return;
    }
    results[filled & 1] = result;
    int now = filled + 1;
    filled = now; // publishes the result
    wake();
    if (result <= 0) {
      finish();
    } else if (now - taken < 2 || wasFreedMeanwhile(now)) {
      receive();
    }
  }

  /** Becomes idle, unless the thread has freed a half in the meantime. */
  private boolean wasFreedMeanwhile(int now) {
    idle.set(true);
    return now - taken < 2 && idle.compareAndSet(true, false);
  }

  private void cancel() {
    if (inFlight && !cancelled) {
      cancelled = true;
      cancelling = true;
      loop.ring().prepCancel(userData, loop.begin(handle, OpKind.CANCEL, TAG_CANCEL));
    }
  }

  /** Gives the handle and the descriptor back after the last operation of a stream that ended. */
  private void finish() {
    if (registered && !inFlight && !cancelling) {
      registered = false;
      loop.release(handle);
      ended();
    }
  }

  private void ended() {
    descriptor.end();
  }

  @Override
  public boolean cancelForClose() {
    cancel();
    loopClosed = true;
    wake();
    boolean active = inFlight || cancelling;
    if (!active && registered) { // the loop is idle; its slots go with it
      registered = false;
      ended();
    }
    return active;
  }
}
