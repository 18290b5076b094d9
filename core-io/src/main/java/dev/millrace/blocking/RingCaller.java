package dev.millrace.blocking;

import dev.millrace.loop.CompletionTarget;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopClosedException;
import dev.millrace.loop.LoopWait;
import dev.millrace.net.Sockets;
import dev.millrace.sync.Errno;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import java.lang.foreign.MemorySegment;

/**
 * Ring operations for a thread other than the loop thread: each call is posted to the loop and
 * waits for its completion. A platform thread sleeps in the kernel; a virtual thread parks and
 * leaves its carrier free. So the same blocking code runs on either.
 *
 * <p>When the loop closes, an operation in flight is cancelled, and every call without a result
 * throws {@link LoopClosedException}, as does each later call.
 *
 * <p>Called by one thread at a time, never by the loop thread; any thread may {@link #close}.
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
  private long offset;

  /** Reachable from the loop, so that an automatic arena keeps it until the last completion. */
  private MemorySegment memory = MemorySegment.NULL;

  /** Written by the loop before {@code done} is set, read by the caller afterwards. */
  private int result;

  private boolean loopCloses;

  // Loop thread only.
  private long handle;
  private boolean registered;
  private long userData;
  private boolean inFlight;
  private boolean cancelled;
  private boolean closed;
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

  /**
   * Receives once (recv(2)); may be short.
   *
   * @param into native memory that no other thread uses during the call
   * @return bytes received, 0 at the end of the stream, or {@code -errno}
   */
  public int receive(int descriptor, MemorySegment into) {
    return call(OpKind.RECV, descriptor, into, 0);
  }

  /**
   * Sends once (send(2)), without a signal if the connection is broken; may be short.
   *
   * @param from native memory that does not change during the call
   * @return bytes sent, or {@code -errno}
   */
  public int send(int descriptor, MemorySegment from) {
    return call(OpKind.SEND, descriptor, from, 0);
  }

  /**
   * Accepts one connection (accept4(2)).
   *
   * @return its descriptor, which started programs do not inherit, or {@code -errno}
   */
  public int accept(int descriptor) {
    return call(OpKind.ACCEPT, descriptor, MemorySegment.NULL, 0);
  }

  /**
   * Connects a socket (connect(2)).
   *
   * @param to a {@code struct sockaddr} in native memory
   * @return 0, or {@code -errno}
   */
  public int connect(int descriptor, MemorySegment to) {
    return call(OpKind.CONNECT, descriptor, to, 0);
  }

  /** Submits a no-op, to measure the cost of a round trip. */
  public int nop() {
    return call(OpKind.NOP, -1, MemorySegment.NULL, 0);
  }

  private int call(OpKind operation, int descriptor, MemorySegment bytes, long at) {
    if (loop.isLoopThread()) {
      throw new IllegalStateException("the loop thread must not block on itself");
    }
    kind = operation;
    fd = descriptor;
    memory = bytes;
    offset = at;
    done.reset();
    loop.post(submit);
    done.await();
    if (loopCloses && result == -Errno.ECANCELED) {
      throw new LoopClosedException();
    }
    return result;
  }

  private void submit() {
    if (closed) {
      result = -Errno.ECANCELED;
      done.happened();
      return;
    }
    if (!registered) {
      registered = true;
      handle = loop.register(this);
    }
    userData = loop.begin(handle, kind, TAG_CALL);
    inFlight = true;
    Ring ring = loop.ring();
    long address = memory.address();
    int length = (int) Math.min(memory.byteSize(), Integer.MAX_VALUE);
    switch (kind) {
      case READ -> ring.prepRead(fd, address, length, offset, userData);
      case WRITE -> ring.prepWrite(fd, address, length, offset, userData);
      case RECV -> ring.prepRecv(fd, address, length, 0, userData);
      case SEND -> ring.prepSend(fd, address, length, Sockets.MSG_NOSIGNAL, userData);
      case ACCEPT -> ring.prepAccept(fd, Sockets.SOCK_CLOEXEC, userData);
      case CONNECT -> ring.prepConnect(fd, address, length, userData);
      default -> ring.prepNop(userData);
    }
  }

  @Override
  public void completed(int tag, int outcome, int flags) {
    if (tag == TAG_CANCEL) {
      cancelling = false;
    } else {
      inFlight = false;
      memory = MemorySegment.NULL;
      result = outcome;
    }
    if (closed) {
      release();
    }
    if (tag == TAG_CALL) {
      done.happened(); // last: the caller may begin its next call
    }
  }

  @Override
  public boolean cancelForClose() {
    loopCloses = true;
    cancel();
    return inFlight || cancelling;
  }

  private void cancel() {
    if (inFlight && !cancelled) {
      cancelled = true;
      cancelling = true;
      loop.ring().prepCancel(userData, loop.begin(handle, OpKind.CANCEL, TAG_CANCEL));
    }
  }

  /**
   * Ends the call in progress, if any, and makes later ones fail; both return {@code -ECANCELED}.
   * Any thread.
   */
  @Override
  public void close() {
    loop.post(() -> {
      closed = true;
      cancel();
      release();
    });
  }

  private void release() {
    if (registered && !inFlight && !cancelling) {
      registered = false;
      loop.release(handle);
    }
  }
}
