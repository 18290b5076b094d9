package dev.millrace.gate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitReadableByteChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * The gate on one connection: reads from the conduit below, passes on what {@link RequestStream}
 * has understood.
 *
 * <p>Readiness is level-triggered: while reads are resumed and something can be passed on or looked
 * at, the handler is called again, by waking the conduit below, never from within itself.
 */
public final class GateConduit extends AbstractStreamSourceConduit<StreamSourceConduit>
    implements ReadReadyHandler {
  private final BooleanSupplier closing;
  private final XnioExecutor timers;
  private final ReadReadyHandler user;
  private final RequestStream requests;
  private final long headTimeoutMillis;
  private final @Nullable Shortcut shortcut;
  private XnioExecutor.@Nullable Key headTimer;
  private @Nullable Runnable whenTerminated;

  GateConduit(
      StreamSourceConduit next,
      BooleanSupplier closing,
      XnioExecutor timers,
      ReadReadyHandler user,
      GateLimits limits,
      GateStats stats,
      @Nullable Shortcut shortcut) {
    super(next);
    this.closing = closing;
    this.timers = timers;
    this.user = user;
    this.requests = new RequestStream(next, limits, stats, shortcut);
    this.shortcut = shortcut;
    this.headTimeoutMillis = limits.headTimeout().toMillis();
    next.setReadReadyHandler(this);
  }

  /**
   * Puts a gate on a connection that nobody has read from.
   *
   * @param shortcut answers some of its requests, or null for none
   */
  public static GateConduit install(
      StreamConnection connection,
      GateLimits limits,
      GateStats stats,
      @Nullable Shortcut shortcut) {
    StreamSinkConduit sink = connection.getSinkChannel().getConduit();
    GateConduit gate =
        new GateConduit(
            connection.getSourceChannel().getConduit(),
            sink::isWriteShutdown,
            connection.getIoThread(),
            new ReadReadyHandler.ChannelListenerHandler<>(connection.getSourceChannel()),
            limits,
            stats,
            shortcut);
    connection.getSourceChannel().setConduit(gate);
    return gate;
  }

  // ---- what handlers ask ---------------------------------------------------------------------

  /**
   * Why the present request is refused: at its beginning, if its head was, or once its body has
   * ended, if that was not whole. Null if it is not refused.
   */
  public @Nullable RejectReason rejection() {
    return requests.rejection();
  }

  /**
   * The line of the present request if its head is refused, one character a byte; null if it is
   * not. Perhaps a beginning, and perhaps no request line at all.
   */
  public @Nullable String refusedLine() {
    return requests.refusedLine();
  }

  /** Whether nothing after the present request will be passed on. */
  public boolean isLast() {
    return requests.isLast();
  }

  /** Whether no request is under way, nor a part of one received. */
  public boolean isIdle() {
    return requests.isIdle() && (shortcut == null || !shortcut.isAnswering());
  }

  /** Runs a task once, when nothing will be read any more. */
  public void whenTerminated(Runnable task) {
    whenTerminated = task;
  }

  private void tellTermination() {
    Runnable task = whenTerminated;
    whenTerminated = null;
    if (task != null) {
      task.run();
    }
  }

  /** Whether the peer has sent all that it will, with nothing left to pass on. */
  public boolean hasEnded() {
    return requests.hasEnded();
  }

  /** Whether the present request's head names another client than its peer. */
  public boolean namesClient() {
    return requests.namesClient();
  }

  /** What answers requests at this gate, or null. */
  public @Nullable Shortcut shortcut() {
    return shortcut;
  }

  /** The answer to the present request has ended; others may be answered here again. */
  public void answered() {
    requests.answered();
  }

  // ---- reading -------------------------------------------------------------------------------

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!into.hasRemaining()) {
      return 0;
    }
    int n = closing.getAsBoolean() ? requests.drain() : requests.read(into);
    if (n < 0) {
      requests.end();
    }
    if (requests.isHeadUnderWay()) {
      startHeadTimer();
    } else {
      stopHeadTimer();
    }
    return n;
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      if (into[i].hasRemaining()) {
        return read(into[i]); // one request at a time, so one buffer at a time
      }
    }
    return 0;
  }

  @Override
  public long transferTo(long position, long count, FileChannel target) throws IOException {
    return target.transferFrom(new ConduitReadableByteChannel(this), position, count);
  }

  @Override
  public long transferTo(long count, ByteBuffer throughBuffer, StreamSinkChannel target)
      throws IOException {
    return Conduits.transfer(this, count, throughBuffer, target);
  }

  // ---- the time that a head may take ---------------------------------------------------------

  private void startHeadTimer() {
    if (headTimer == null) {
      try {
        headTimer = timers.executeAfter(this::headIsLate, headTimeoutMillis, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException stopping) {
        // The connection ends with its worker.
      }
    }
  }

  private void stopHeadTimer() {
    XnioExecutor.Key timer = headTimer;
    if (timer != null) {
      headTimer = null;
      var _ = timer.remove();
    }
  }

  private void headIsLate() {
    if (headTimer != null && requests.isHeadUnderWay()) {
      headTimer = null;
      requests.headIsLate();
      next.wakeupReads();
    }
  }

  // ---- readiness and ends --------------------------------------------------------------------

  @Override
  public void resumeReads() {
    if (requests.isReady()) {
      next.wakeupReads();
    } else {
      next.resumeReads();
    }
  }

  @Override
  public void readReady() {
    if (shortcut != null && !closing.getAsBoolean() && isAnsweredShortly()) {
      return;
    }
    user.readReady();
    if (requests.isReady() && next.isReadResumed()) {
      next.wakeupReads();
    }
  }

  private boolean isAnsweredShortly() {
    try {
      return requests.answerShortly();
    } catch (IOException broken) {
      return false; // the user reads, and meets it too
    }
  }

  @Override
  public void setReadReadyHandler(ReadReadyHandler handler) {
    throw new UnsupportedOperationException("the connection's own handler is used");
  }

  @Override
  public void awaitReadable() throws IOException {
    if (!requests.isReady()) {
      next.awaitReadable();
    }
  }

  @Override
  public void awaitReadable(long time, TimeUnit unit) throws IOException {
    if (!requests.isReady()) {
      next.awaitReadable(time, unit);
    }
  }

  @Override
  public void terminateReads() throws IOException {
    stopHeadTimer();
    requests.end();
    tellTermination();
    next.terminateReads();
  }

  @Override
  public void forceTermination() {
    user.forceTermination();
  }

  @Override
  public void terminated() {
    stopHeadTimer();
    tellTermination();
    user.terminated();
  }
}
