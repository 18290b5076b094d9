package dev.millrace.transport.uring;

import dev.millrace.loop.CompletionTarget;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.Timer;
import dev.millrace.net.Sockets;
import dev.millrace.transport.CloseReason;
import dev.millrace.transport.PacedConnection;
import dev.millrace.transport.Sealer;
import dev.millrace.transport.uring.TransportStats.Figure;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * A connection: owns the descriptor and its operations, and runs the closing sequence. Loop thread
 * only, except where a method says otherwise.
 *
 * <pre>
 *   OPEN ──close──► DRAINING ──all sent──► LINGERING ──peer's end, or time──► ENDING ──► CLOSED
 *     │                 │                                                        ▲
 *     └──── broken ─────┴────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <ul>
 *   <li>DRAINING: XNIO's user has closed the connection; the bytes it wrote before are flushed.
 *   <li>LINGERING: our end of stream is sent. Bytes from the peer are read and discarded, because
 *       closing over unread bytes makes the kernel reset the connection, and the peer then loses
 *       the response. Skipped if the peer is known to send nothing more.
 *   <li>ENDING: the operations in flight are cancelled. The descriptor is closed when the last of
 *       them has completed, not before. Memory is released when the kernel uses none of it.
 * </ul>
 */
final class RingConnection extends OptionlessConnection
    implements CompletionTarget, PacedConnection {
  private enum State {
    OPEN,
    DRAINING,
    LINGERING,
    ENDING,
    CLOSED
  }

  static final int SINGLE_RECEIVES = 4; // a burst fills one buffer, a multishot receive fills 32
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
  int receives;
  private boolean handling;
  private boolean peerIsDone;
  private boolean cancelling;
  private @Nullable Timer deadline;
  private boolean endAfterSends;
  private boolean endedFirst;
  private long lastTrafficNanos;
  private CloseReason reason = CloseReason.SERVER;

  /** Takes ownership of the descriptor. */
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

  /** Arms a receive if none is in flight and one is useful; the first ones are single-shot. */
  void armReceive() {
    assert loop.isLoopThread();
    if (receiving || handling || source.ended() || state.compareTo(State.ENDING) >= 0) {
      return;
    }
    receiving = true;
    receives++;
    recvUserData = loop.begin(handle, OpKind.RECV, TAG_RECV);
    if (receives > SINGLE_RECEIVES) {
      loop.ring().prepRecvMultishot(fd, io.receiveBuffers().group(), recvUserData);
    } else {
      loop.ring().prepRecvProvided(fd, io.receiveBuffers().group(), recvUserData);
    }
  }

  /** Stops receiving until {@link #armReceive}; later bytes wait in the kernel. */
  void cancelReceive() {
    assert loop.isLoopThread();
    if (receiving && !cancelling) {
      cancelling = true;
      loop.ring().prepCancel(recvUserData, loop.begin(handle, OpKind.CANCEL, TAG_CANCEL));
    }
  }

  void scheduleSend() {
    outbound.schedule();
  }

  /** The loop has ended: closes the file that was being sent. */
  void abandonFile() {
    sink.writer().abandonFile();
  }

  void sealFiles(Sealer sealer) {
    outbound.sealFiles(sealer);
  }

  boolean isDraining() {
    return state == State.DRAINING;
  }

  boolean isEnding() {
    return state.compareTo(State.ENDING) >= 0;
  }

  /** Closes the connection if a handler throws; the loop logs the exception. */
  @Override
  public void completed(int tag, int result, int flags) {
    assert loop.isLoopThread();
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
    handling = true;
    try {
      receivedInto(buffer, result);
    } finally {
      handling = false;
      if (state == State.LINGERING || (state == State.OPEN && source.wantsMore())) {
        armReceive(); // only now is it known whether the connection stays open
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

  /** The socket accepted bytes. */
  void took(long bytes) {
    lastTrafficNanos = loop.nowNanos();
    outbound.count(bytes);
    sink.stagePosted();
  }

  /** Sending failed; no more bytes can be sent. */
  void sendFailed(int errno) {
    sink.sendFailed(errno);
    if (state == State.OPEN) {
      afterSend();
    } else {
      end();
    }
  }

  /** Announced bytes cannot be sent: shuts down, so that the peer notices, and fails writers. */
  void broke(int errno) {
    hangUp();
    sendFailed(errno);
  }

  void hangUp() {
    var _ = Sockets.shutdown(fd);
  }

  /** After a send: wakes writers that wait for room, or continues the closing sequence. */
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

  /** Called by XNIO once, on any thread. */
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
      var _ = outbound.hasProgressed();
      deadline = loop.schedule(this::giveUp, io.config().drainNanos());
      scheduleSend();
    }
  }

  private void giveUp() {
    if (outbound.hasProgressed()) {
      deadline = loop.schedule(this::giveUp, io.config().drainNanos());
      return;
    }
    reason = CloseReason.STALLED;
    end();
  }

  /** Closes the connection if its peer has stalled one send for too long, or is too slow. */
  void endIfStalled(long nowNanos) {
    if (outbound.isStalled(nowNanos)) {
      reason = CloseReason.STALLED;
      var _ = Sockets.shutdown(fd); // makes the send fail, which ends the connection
    }
  }

  @Override
  public void pace(int bytesPerSecond) {
    Sockets.pace(fd, bytesPerSecond);
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
      var _ = Sockets.shutdown(fd); // fails the send; a receive may also need the cancel
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
      return; // the kernel still sends from this memory, without the descriptor
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

  /** Sends our end of stream once all staged bytes are sent. Any thread. */
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

  /** Discards unread and later bytes. Any thread. */
  void closeSource() {
    if (readClosed()) {
      onLoop(source::discard);
    }
  }

  /** Runs the task now on the loop thread; posts it from any other thread. */
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

  /** The first call must be on the loop thread; it makes a system call. */
  @Override
  public SocketAddress getPeerAddress() {
    SocketAddress peer = peerAddress;
    if (peer == null) {
      try {
        peer = Sockets.peerAddress(fd);
      } catch (IOException gone) {
        peer = new InetSocketAddress(0); // reset or closed before the address was needed
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
