package dev.millrace.http.http2;

import dev.millrace.cache.CachedStreamResponses;
import dev.millrace.http.exchange.ByteQueue;
import dev.millrace.http.exchange.Connections;
import dev.millrace.http.exchange.LingeringClose;
import dev.millrace.http.parser.RejectReason;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * One HTTP/2 connection, from its preface to its close (RFC 9113).
 *
 * <pre>
 *   OPEN ──stop──► LAST_CALL ──no stream left──► ENDING ──► CLOSED
 *     └── connection error, idle timeout ──GOAWAY──┘
 * </pre>
 *
 * <ul>
 *   <li>OPEN: each header block is a request, which {@link Requests} answers.
 *   <li>LAST_CALL: GOAWAY names the last request that is answered; the streams under way complete.
 *   <li>ENDING: GOAWAY is sent, no stream is open; input is discarded, within bounds of bytes and
 *       time, so that the client gets GOAWAY and no reset.
 * </ul>
 *
 * <p>Frames are handled in {@link Http2Streams}. All frames of one read are handled before anything
 * is sent, so that their answers leave together. Loop thread only.
 */
final class Http2Connection
    implements Connections.Member, ChannelListener<ConduitStreamSourceChannel> {
  enum State {
    OPEN,
    LAST_CALL,
    ENDING,
    CLOSED
  }

  private static final Logger LOG = Logger.getLogger("dev.millrace.http2");

  /** GOAWAY with this stream announces the stop; the client may still send requests. */
  private static final int ANY_STREAM = Integer.MAX_VALUE;

  private final Http2Loop loop;
  private final StreamConnection channel;
  private final Connections.Place place = new Connections.Place();
  private final ByteQueue held = new ByteQueue();
  private final Http2Streams streams;
  private final FrameParser frames;
  private final FrameSender sender;
  private State state = State.OPEN;

  /**
   * Since when a frame or a header block is incomplete; 0 if none is. Content may take longer: the
   * handler that reads it bounds its time.
   */
  private long partialNanos;

  private boolean receiving;
  private boolean peerEnded;
  private @Nullable LingeringClose ending;

  Http2Connection(
      Http2Loop loop,
      StreamConnection channel,
      @Nullable CachedStreamResponses cache,
      long nowNanos) {
    this.loop = loop;
    this.channel = channel;
    StreamTable table = new StreamTable();
    this.sender = new FrameSender(loop, this, table);
    this.streams = new Http2Streams(loop, this, table, cache, nowNanos);
    this.frames = new FrameParser(2 * loop.engine().limits().headBytes(), streams);
  }

  void start(ByteBuffer received) {
    loop.engine().connections().add(this);
    channel.setCloseListener(_ -> closed());
    channel.getSinkChannel().setWriteListener(_ -> writable());
    channel.getSourceChannel().setReadListener(this);
    sender.control().settings(loop.limits().streams(), loop.engine().limits().headBytes());
    if (received.hasRemaining()) {
      held.add(
          received.array(), received.arrayOffset() + received.position(), received.remaining());
      channel.getSourceChannel().wakeupReads();
    }
    sender.pump();
    channel.getSourceChannel().resumeReads();
  }

  StreamConnection channel() {
    return channel;
  }

  Http2Loop loop() {
    return loop;
  }

  FrameSender sender() {
    return sender;
  }

  /** The initial window of streams that the client has set. */
  int initialWindow() {
    return streams.initialWindow();
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /** Whether received frames are being handled, after which the sender is pumped. */
  boolean isReceiving() {
    return receiving;
  }

  /** Whether new requests are answered. */
  boolean acceptsRequests() {
    return state == State.OPEN;
  }

  /** Runs a task on the loop, later. */
  void execute(Runnable task) {
    try {
      channel.getIoThread().execute(task);
    } catch (RejectedExecutionException stopping) {
      IoUtils.safeClose(channel);
    }
  }

  // ---- receiving -------------------------------------------------------------------------------

  @Override
  public void handleEvent(ConduitStreamSourceChannel source) {
    if (state == State.OPEN || state == State.LAST_CALL) {
      receive();
    } else {
      source.suspendReads();
    }
  }

  private void receive() {
    ByteBuffer scratch = loop.engine().takeScratch();
    receiving = true;
    sender.output().begin();
    try {
      int before = held.moveTo(scratch, scratch.remaining());
      int n = channel.getSourceChannel().getConduit().read(scratch);
      if (n < 0) {
        peerEnded = true;
        channel.getSourceChannel().suspendReads();
      }
      int from = scratch.arrayOffset();
      parse(scratch.array(), from, from + before + Math.max(0, n));
    } catch (Http2Exception error) {
      fail(error.code(), error.text());
    } catch (IOException broken) {
      IoUtils.safeClose(channel);
    } catch (RuntimeException | Error defect) {
      LOG.log(Level.SEVERE, "an HTTP/2 connection failed", defect);
      fail(ErrorCode.INTERNAL_ERROR, "");
    } finally {
      loop.engine().giveScratch(scratch);
      sender.pump();
      sender.output().end();
      receiving = false;
    }
    endIfDone();
  }

  private void parse(byte[] bytes, int from, int to) throws Http2Exception {
    int at = frames.parse(bytes, from, to);
    if (state == State.CLOSED || state == State.ENDING) {
      return;
    }
    held.add(bytes, at, to - at);
    boolean ofContent = to - at > Frames.TYPE_AT && bytes[at + Frames.TYPE_AT] == Frames.DATA;
    boolean partial = frames.isInBlock() || (at < to && !ofContent);
    if (!partial) {
      partialNanos = 0;
    } else if (partialNanos == 0 || at > from) {
      partialNanos = loop.nowNanos();
    }
  }

  // ---- sending ---------------------------------------------------------------------------------

  private void writable() {
    sender.output().writable();
    endIfDone();
  }

  /** The pump has run outside of {@link #receive}. */
  void pumped() {
    endIfDone();
  }

  void reset(Http2Stream stream, ErrorCode code) {
    streams.reset(stream, code);
  }

  void consumed(Http2Stream stream, int bytes) {
    streams.consumed(stream, bytes);
  }

  /** The exchange of a stream has completed. */
  void completed(Http2Stream stream) {
    streams.completed(stream);
  }

  /** The handler of a stream has closed it. */
  void left(Http2Stream stream) {
    streams.left(stream);
  }

  void localEnded(Http2Stream stream) {
    streams.localEnded(stream);
  }

  void countSmallFrame() {
    try {
      streams.onIdleFrame(Flood.SMALL_WINDOWS);
    } catch (Http2Exception flood) {
      fail(flood.code(), flood.text());
    }
  }

  // ---- the end ---------------------------------------------------------------------------------

  /** Ends the connection because of an error of the client. */
  private void fail(ErrorCode code, String message) {
    if (state == State.CLOSED || state == State.ENDING) {
      return;
    }
    loop.stats().ended(code);
    sender.control().goAway(streams.lastStream(), code, message);
    finish();
  }

  /** Sends what is queued, then ends. */
  private void finish() {
    state = State.ENDING;
    held.clear();
    frames.end();
    loop.engine().connections().remove(this);
    streams.abortAll();
    sender.pump();
    if (!receiving) {
      endIfDone();
    }
  }

  /** Ends the connection if no stream is left, or starts to linger once all bytes are written. */
  private void endIfDone() {
    if (receiving || state == State.CLOSED) {
      return;
    }
    if (sender.output().isBroken()) {
      IoUtils.safeClose(channel);
    } else if (state == State.ENDING) {
      if (ending == null && sender.output().isWritten()) {
        ending = new LingeringClose(loop.engine(), channel);
        ending.start();
      }
    } else if (peerEnded && !sender.canProgress()) {
      IoUtils.safeClose(channel); // no window opens any more
    } else if (state == State.LAST_CALL && streams.table().count() == 0) {
      finish();
    }
  }

  private void closed() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    held.clear();
    frames.end();
    if (ending != null) {
      ending.stop();
    }
    loop.engine().connections().remove(this);
    loop.closed(this);
    streams.abortAll();
  }

  /** Announces the stop: the client opens another connection for its next requests. */
  void drain() {
    if (state == State.OPEN && frames.isOpen()) {
      sender.control().goAway(ANY_STREAM, ErrorCode.NO_ERROR, "");
      sender.pump();
      endIfDone();
    }
  }

  /** Ends the connection, or a stream, that is too slow. */
  void sweep() {
    if (state == State.CLOSED || state == State.ENDING) {
      return;
    }
    long now = loop.nowNanos();
    if (partialNanos != 0 && now - partialNanos > loop.engine().limits().headTimeout().toNanos()) {
      loop.engine().stats().countRejected(RejectReason.HEAD_TIMEOUT);
      fail(ErrorCode.PROTOCOL_ERROR, "a frame or header block is not complete in time");
    } else if (streams.isUnacknowledged(now)) {
      fail(ErrorCode.SETTINGS_TIMEOUT, "SETTINGS are not acknowledged in time");
    } else {
      streams.resetStalled(now);
      sender.pump();
      endIfDone();
    }
  }

  @Override
  public Connections.Place place() {
    return place;
  }

  @Override
  public boolean isIdle() {
    return state == State.OPEN
        && streams.table().count() == 0
        && held.isEmpty()
        && !frames.isInBlock()
        && sender.output().isWritten();
  }

  @Override
  public boolean isEnding() {
    return state == State.ENDING || state == State.CLOSED;
  }

  @Override
  public void endIfIdle() {
    receive(); // bytes in the kernel's buffer are received requests
    if (isIdle()) {
      sender.control().goAway(streams.lastStream(), ErrorCode.NO_ERROR, "");
      finish();
    }
  }

  @Override
  public void acceptNoMore() {
    if (state == State.OPEN) {
      state = State.LAST_CALL;
      sender.control().goAway(streams.lastStream(), ErrorCode.NO_ERROR, "");
      sender.pump();
      endIfDone();
    }
  }

  @Override
  public @Nullable SocketAddress peer() {
    return channel.getPeerAddress();
  }

  @Override
  public void hangUp() {
    sender.control().goAway(streams.lastStream(), ErrorCode.NO_ERROR, "");
    sender.pump();
    IoUtils.safeClose(channel);
  }
}
