package dev.millrace.transport.uring;

import dev.millrace.loop.CompletionTarget;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.Timer;
import dev.millrace.net.Sockets;
import dev.millrace.transport.uring.TransportStats.CloseReason;
import dev.millrace.transport.uring.TransportStats.Figure;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * A connection: its descriptor, its operations, and how it ends.
 *
 * <pre>
 *   OPEN ──close──► DRAINING ──all sent──► LINGERING ──peer's end, or time──► ENDING ──► CLOSED
 *     │                 │                                                        ▲
 *     └──── broken ─────┴────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <ul>
 *   <li>DRAINING: XNIO's user has closed; what it wrote before is still sent.
 *   <li>LINGERING: our end of stream is sent; what the peer still sends is read and dropped,
 *       because closing over unread bytes makes the kernel reset the connection and the peer lose
 *       the answer. Left out if the peer is known to send nothing more.
 *   <li>ENDING: operations are being ended; the descriptor is closed when the last of them has
 *       completed, and not before, and everything given back when no memory is the kernel's.
 * </ul>
 */
final class RingConnection extends OptionlessConnection implements CompletionTarget {
  private enum State {
    OPEN,
    DRAINING,
    LINGERING,
    ENDING,
    CLOSED
  }

  private static final int TAG_RECV = 0;
  private static final int TAG_CANCEL = 2;

  private final RingIoThread io;
  private final EventLoop loop;
  private final long handle;
  private final SocketAddress localAddress;
  private @Nullable SocketAddress peerAddress;
  private final Runnable closed;
  private final RingSource source;
  private final RingSink sink;
  private final SendPipeline outbound;

  private int fd;
  private State state = State.OPEN;
  private long recvUserData;
  private boolean receiving;
  private boolean hasReceived;
  private boolean handling;
  private boolean peerIsDone;
  private boolean cancelling;
  private @Nullable Timer deadline;
  private boolean endAfterSends;
  private boolean endedFirst;
  private long lastTrafficNanos;
  private CloseReason reason = CloseReason.SERVER;

  /** On the loop's thread, with a descriptor that now belongs to this. */
  RingConnection(RingIoThread io, int fd, SocketAddress localAddress, Runnable closed) {
    super(io);
    this.io = io;
    this.loop = io.loop();
    this.fd = fd;
    this.localAddress = localAddress;
    this.closed = closed;
    this.handle = loop.register(this);
    this.lastTrafficNanos = loop.nowNanos();
    this.source = new RingSource(this, io);
    this.sink = new RingSink(this, io);
    this.outbound = new SendPipeline(this, io, fd, handle, sink.writer());
    setSourceConduit(source);
    setSinkConduit(sink);
    io.stats().add(Figure.ACCEPTED, 1);
    io.stats().add(Figure.OPEN, 1);
    armReceive();
  }

  // ---- operations ----------------------------------------------------------------------------

  /**
   * Receives again, if it is not receiving and there is a reason to. The first time for once: a
   * client of one request then leaves none under way, to be ended before the descriptor is closed.
   */
  void armReceive() {
    if (receiving || handling || source.ended() || state.compareTo(State.ENDING) >= 0) {
      return;
    }
    receiving = true;
    recvUserData = loop.begin(handle, OpKind.RECV, TAG_RECV);
    if (hasReceived) {
      loop.ring().prepRecvMultishot(fd, io.receiveBuffers().group(), recvUserData);
    } else {
      loop.ring().prepRecvProvided(fd, io.receiveBuffers().group(), recvUserData);
    }
  }

  /** Stops receiving until {@link #armReceive}; what arrives meanwhile waits in the kernel. */
  void cancelReceive() {
    if (receiving && !cancelling) {
      cancelling = true;
      loop.ring().prepCancel(recvUserData, loop.begin(handle, OpKind.CANCEL, TAG_CANCEL));
    }
  }

  /** Sends what is staged at the end of this turn. */
  void scheduleSend() {
    outbound.schedule();
  }

  boolean isDraining() {
    return state == State.DRAINING;
  }

  boolean isEnding() {
    return state.compareTo(State.ENDING) >= 0;
  }

  /** A handler that throws costs its connection, and the loop logs what it threw. */
  @Override
  public void completed(int tag, int result, int flags) {
    try {
      switch (tag) {
        case TAG_RECV -> received(result, flags);
        case TAG_CANCEL -> cancelling = false;
        default -> outbound.completed(tag, result, flags);
      }
    } catch (RuntimeException | Error defect) {
      IoUtils.safeClose(this);
      throw defect;
    } finally {
      finishIfQuiet();
    }
  }

  private void received(int result, int flags) {
    int buffer = Ring.bufferId(flags);
    if (buffer >= 0) {
      io.receiveBuffers().taken();
    }
    receiving &= Ring.hasMore(flags);
    hasReceived = true;
    handling = true;
    try {
      receivedInto(buffer, result);
    } finally {
      handling = false;
      if (state == State.LINGERING || (state == State.OPEN && source.wantsMore())) {
        armReceive(); // now that it is known whether the connection goes on
      }
    }
  }

  private void receivedInto(int buffer, int result) {
    if (result > 0) {
      lastTrafficNanos = loop.nowNanos();
      io.stats().add(Figure.RECEIVED_BYTES, result);
      if (state == State.OPEN && !isReadShutdown()) {
        source.add(buffer, result);
      } else {
        io.receiveBuffers().recycle(buffer);
      }
    } else if (buffer >= 0) {
      io.receiveBuffers().recycle(buffer);
    }
    if (result == 0) {
      source.endOfStream();
    } else if (result < 0) {
      source.receiveFailed(-result);
    }
    if (state == State.OPEN) {
      source.checkReady();
    } else if (state == State.LINGERING && source.ended()) {
      end();
    }
    source.keepUnread();
  }

  /** The socket has taken bytes. */
  void took(long bytes) {
    lastTrafficNanos = loop.nowNanos();
    io.stats().add(Figure.SENT_BYTES, bytes);
    sink.stagePosted();
  }

  /** Nothing can be sent any more. */
  void sendFailed(int errno) {
    sink.sendFailed(errno);
    if (state == State.OPEN) {
      afterSend();
    } else {
      end();
    }
  }

  /** What was promised cannot be sent: the peer must notice, and whoever writes. */
  void broke(int errno) {
    hangUp();
    sendFailed(errno);
  }

  void hangUp() {
    var _ = Sockets.shutdown(fd);
  }

  /** Something is sent: there may be room for more, or an end to come to. */
  void afterSend() {
    if (state == State.OPEN) {
      endStreamIfDue();
      sink.checkReady();
    } else if (state == State.DRAINING && isDrained()) {
      linger();
    }
  }

  private boolean isDrained() {
    return !outbound.isBusy() && sink.writer().isDrained();
  }

  void peerIsDone() {
    peerIsDone = true;
  }

  // ---- closing -------------------------------------------------------------------------------

  /** XNIO's hook, once, on any thread. */
  @Override
  protected void closeAction() throws IOException {
    onLoop(this::beginClose);
  }

  private void beginClose() {
    if (state != State.OPEN) {
      return;
    }
    state = State.DRAINING;
    if (reason != CloseReason.STALLED && !endedFirst) {
      boolean broken = sink.failed() || source.failed();
      reason = CloseReason.of(broken, source.ended(), loop.nowNanos() - lastTrafficNanos);
    }
    source.discard();
    if (sink.failed() || source.failed()) {
      end();
    } else if (isDrained()) {
      linger();
    } else {
      deadline = loop.schedule(this::giveUp, io.config().drainNanos());
      scheduleSend();
    }
  }

  private void giveUp() {
    reason = CloseReason.STALLED;
    end();
  }

  /** Gives the connection up if its peer has left one send waiting for too long. */
  void endIfStalled(long nowNanos) {
    if (outbound.isBusy()
        && nowNanos - outbound.busySinceNanos() > io.config().sendTimeoutNanos()) {
      reason = CloseReason.STALLED;
      var _ = Sockets.shutdown(fd); // the send fails, and the rest follows from that
    }
  }

  private void linger() {
    if (source.ended() || (peerIsDone && !receiving) || !Sockets.shutdownWrites(fd)) {
      end();
      return;
    }
    state = State.LINGERING;
    cancelDeadline();
    deadline = loop.schedule(this::end, io.config().lingerNanos());
    armReceive();
  }

  private void end() {
    if (state.compareTo(State.ENDING) >= 0) {
      return;
    }
    state = State.ENDING;
    cancelDeadline();
    if (receiving || outbound.isBusy()) {
      var _ = Sockets.shutdown(fd); // ends the send; a receive may need the cancel too
      cancelReceive();
    }
    finishIfQuiet();
  }

  private void finishIfQuiet() {
    if (receiving || outbound.isBusy() || cancelling || state != State.ENDING) {
      return;
    }
    source.discard();
    sink.writer().discard();
    if (fd >= 0) {
      Sockets.close(fd);
      fd = -1;
    }
    if (outbound.isLending()) {
      return; // what is sent goes on without the descriptor, from this memory
    }
    state = State.CLOSED;
    loop.release(handle);
    io.stats().countClosed(reason);
    closed.run();
  }

  private void cancelDeadline() {
    if (deadline != null) {
      var _ = deadline.cancel();
    }
  }

  /** The peer gets our end of stream as soon as everything staged is sent. Any thread. */
  void closeSink() {
    if (writeClosed()) {
      onLoop(() -> {
        endAfterSends = true;
        endStreamIfDue();
      });
    }
  }

  private void endStreamIfDue() {
    if (endAfterSends && state == State.OPEN && isDrained()) {
      endAfterSends = false;
      endedFirst = !source.ended();
      var _ = Sockets.shutdownWrites(fd);
    }
  }

  /** What is unread, and what comes later, is dropped. Any thread. */
  void closeSource() {
    if (readClosed()) {
      onLoop(source::discard);
    }
  }

  /** Runs now on the loop's thread, soon on any other. */
  void onLoop(Runnable task) {
    if (loop.isLoopThread()) {
      task.run();
    } else {
      loop.post(task);
    }
  }

  @Override
  protected void notifyReadClosed() {
    source.terminated();
    super.notifyReadClosed();
  }

  @Override
  protected void notifyWriteClosed() {
    sink.terminated();
    super.notifyWriteClosed();
  }

  boolean isOpenOnLoop() {
    return state == State.OPEN;
  }

  EventLoop loop() {
    return loop;
  }

  /** The first time on the loop's thread, which asks the kernel. */
  @Override
  public SocketAddress getPeerAddress() {
    SocketAddress peer = peerAddress;
    if (peer == null) {
      try {
        peer = Sockets.peerAddress(fd);
      } catch (IOException gone) {
        peer = new InetSocketAddress(0); // reset, or closed, before anything needed the address
      }
      peerAddress = peer;
    }
    return peer;
  }

  @Override
  public SocketAddress getLocalAddress() {
    return localAddress;
  }
}
