package dev.millrace.loop;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.sync.Errno;
import dev.millrace.uring.BufferRing;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import dev.millrace.uring.sim.SimulatedRing;
import java.lang.foreign.MemorySegment;

/**
 * Sends back what it receives: multishot receive into provided buffers, one send at a time, and the
 * whole close protocol. A model of the connections that servers build on the loop.
 *
 * <pre>
 *   OPEN --end of stream--> DRAINING --all sent--> TERMINATING --nothing in flight--> CLOSING --> CLOSED
 *   OPEN, DRAINING --error--> TERMINATING
 * </pre>
 */
final class EchoConnection implements CompletionTarget {
  enum State {
    OPEN,
    DRAINING,
    TERMINATING,
    CLOSING,
    CLOSED
  }

  static final int SEND_BYTES = 256;
  private static final int STAGED_LIMIT_BYTES = 512;
  private static final int TAG_RECV = 2;
  private static final int TAG_SEND = 3;
  private static final int TAG_CANCEL_RECV = 4;
  private static final int TAG_CANCEL = 5;
  private static final int TAG_CLOSE = 6;
  private static final int MSG_WAITALL = 0x100;

  private final EventLoop loop;
  private final SimulatedRing ring;
  private final BufferRing buffers;
  private final int fd;
  private final MemorySegment out;
  private final Runnable whenClosed;
  private final int sendFlags;
  private final long handle;
  private final byte[] staged = new byte[STAGED_LIMIT_BYTES + 4096];
  private State state = State.OPEN;
  private int stagedCount;
  private int outCount;
  private long recvUserData;
  private boolean receiving;
  private boolean sending;
  private boolean cancellingRecv;
  private boolean cancelling;

  EchoConnection(
      EventLoop loop,
      SimulatedRing ring,
      BufferRing buffers,
      int fd,
      MemorySegment out,
      boolean waitAll,
      Runnable whenClosed) {
    this.loop = loop;
    this.ring = ring;
    this.buffers = buffers;
    this.fd = fd;
    this.out = out;
    this.sendFlags = waitAll ? MSG_WAITALL : 0;
    this.whenClosed = whenClosed;
    this.handle = loop.register(this);
    step();
  }

  State state() {
    return state;
  }

  @Override
  public void completed(int tag, int result, int flags) {
    switch (tag) {
      case TAG_RECV -> received(result, flags);
      case TAG_SEND -> sent(result);
      case TAG_CANCEL_RECV -> cancellingRecv = false;
      case TAG_CANCEL -> cancelling = false;
      case TAG_CLOSE -> {
        if (result != 0 || state != State.CLOSING) {
          throw new IllegalStateException("close gave " + result + " in " + state);
        }
        closed();
        return;
      }
      default -> throw new IllegalStateException("a completion of somebody else: tag " + tag);
    }
    step();
  }

  private void received(int result, int flags) {
    int id = Ring.bufferId(flags);
    if (id >= 0) {
      buffers.taken();
      if (state == State.OPEN) {
        MemorySegment.copy(
            buffers.memory(), JAVA_BYTE, buffers.offset(id), staged, stagedCount, result);
        stagedCount += result;
      }
      buffers.recycle(id);
    }
    if (!Ring.hasMore(flags)) {
      receiving = false;
    }
    if (state == State.OPEN && result == 0) {
      state = State.DRAINING;
    } else if (state == State.OPEN && result < 0 && !isPassing(result)) {
      terminate();
    }
  }

  private void sent(int result) {
    sending = false;
    if (result < 0) {
      if (!isPassing(result) && state != State.TERMINATING) {
        terminate();
      }
      return;
    }
    MemorySegment.copy(out, result, out, 0, outCount - result);
    outCount -= result;
  }

  private static boolean isPassing(int result) {
    return switch (-result) {
      case Errno.EINTR, Errno.EAGAIN, Errno.ENOBUFS, Errno.ECANCELED -> true;
      default -> false;
    };
  }

  /** Starts whatever may be started now. */
  private void step() {
    switch (state) {
      case OPEN, DRAINING -> {
        sendStaged();
        if (state == State.OPEN) {
          arm();
        } else if (!sending && stagedCount == 0 && outCount == 0) {
          terminate();
          step();
        }
      }
      case TERMINATING -> {
        if (!receiving && !sending && !cancelling && !cancellingRecv) {
          state = State.CLOSING;
          ring.prepClose(fd, loop.begin(handle, OpKind.CLOSE, TAG_CLOSE));
        }
      }
      case CLOSING, CLOSED -> {}
    }
  }

  private void arm() {
    if (stagedCount >= STAGED_LIMIT_BYTES) {
      if (receiving && !cancellingRecv) {
        cancellingRecv = true;
        ring.prepCancel(recvUserData, loop.begin(handle, OpKind.CANCEL, TAG_CANCEL_RECV));
      }
    } else if (!receiving) {
      receiving = true;
      recvUserData = loop.begin(handle, OpKind.RECV, TAG_RECV);
      ring.prepRecvMultishot(fd, buffers.group(), recvUserData);
    }
  }

  private void sendStaged() {
    if (sending) {
      return;
    }
    int n = Math.min(SEND_BYTES - outCount, stagedCount);
    MemorySegment.copy(staged, 0, out, JAVA_BYTE, outCount, n);
    System.arraycopy(staged, n, staged, 0, stagedCount - n);
    stagedCount -= n;
    outCount += n;
    if (outCount > 0) {
      sending = true;
      long userData = loop.begin(handle, OpKind.SEND, TAG_SEND);
      ring.prepSend(fd, out.address(), outCount, sendFlags, userData);
    }
  }

  /** Close, first part: end what is in flight. */
  private void terminate() {
    state = State.TERMINATING;
    ring.network().of(fd).shutdownSends();
    if (receiving || sending) {
      cancelling = true;
      ring.prepCancelDescriptor(fd, loop.begin(handle, OpKind.CANCEL, TAG_CANCEL));
    }
  }

  /** Close, last part: nothing is in flight, so memory and handle may go. */
  private void closed() {
    state = State.CLOSED;
    ring.release(out);
    loop.release(handle);
    whenClosed.run();
  }
}
