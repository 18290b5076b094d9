package dev.millrace.http.http1;

import dev.millrace.cache.CachedResponseInterceptor;
import dev.millrace.http.exchange.Connections;
import dev.millrace.http.exchange.EngineConnection;
import dev.millrace.http.exchange.Refusal;
import dev.millrace.http.parser.ByteQueue;
import dev.millrace.http.parser.Field;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.Method;
import dev.millrace.http.parser.RejectReason;
import dev.millrace.transport.DirectOutput;
import io.undertow.conduits.ReadDataStreamSourceConduit;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.HttpUpgradeListener;
import io.undertow.util.ImmediatePooledByteBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.StreamSinkConduit;

/**
 * One HTTP/1 connection, from its first byte to its end. Its requests are handled one after
 * another; what the client sends meanwhile waits.
 *
 * <pre>
 *            ┌─────── answered by the cache ───────┐
 *            ▼                                     │
 *   READING ─┬─ head complete ──► cache? ──no──► RUNNING ── exchangeComplete ─┬─ persistent ──► READING
 *            ├─ head refused, or late ─────────────┘ (last)                   ├─ upgraded ────► UPGRADED
 *            │                                                                └─ else ──┐
 *            ├─ end of stream ──► CLOSED                                                ▼
 *            └─ the cache answered the last, or idle for too long, or a stop ─────► ENDING ──► CLOSED
 * </pre>
 *
 * <ul>
 *   <li>READING: no request is under way. Idle if nothing of the next is held. A part of a head is
 *       held with the parser that has seen it, for as long as {@code headTimeout}. While the
 *       cache's answer is being sent, nothing is read.
 *   <li>RUNNING: reads stay resumed until bytes come, which are left where they are: to suspend and
 *       resume for every request would cost more than the few that pipeline.
 *   <li>ENDING: our end of stream is sent behind the last answer; what comes is dropped, within the
 *       bounds of bytes and time, until the client's end.
 * </ul>
 *
 * <p>The next request is never begun within {@link #exchangeComplete}, whose caller may have work
 * left to do: reads are woken. Loop thread only, but for bodies.
 */
final class Http1Connection extends EngineConnection
    implements Connections.Member,
        CachedResponseInterceptor.Owner,
        ChannelListener<ConduitStreamSourceChannel> {
  private enum State {
    READING,
    RUNNING,
    ENDING,
    UPGRADED,
    CLOSED
  }

  private static final CloseListener CLOSED =
      connection -> {
        Http1Connection closed = (Http1Connection) connection;
        closed.onLoop(closed::letGo);
      };

  private final Http1Loop loop;
  private final @Nullable CachedResponseInterceptor cache;
  private final @Nullable DirectOutput output;
  private final Connections.Place place = new Connections.Place();
  private final RequestReader reader;
  private State state = State.READING;

  private @Nullable RequestBody body;

  /** What the client waits for before it sends the body; null if it does not. */
  private @Nullable Continue awaited;

  private boolean addressed;

  /** Whether the client has said that this request, which was read whole, is its last. */
  private boolean last;

  private @Nullable Ending ending;

  Http1Connection(
      Http1Loop loop, StreamConnection channel, @Nullable CachedResponseInterceptor cache) {
    super(channel, loop.pool(), loop.exchanges().root(), Http1Loop.BUFFER_BYTES);
    this.loop = loop;
    this.cache = cache;
    this.reader = new RequestReader(loop, this, originalSourceConduit, cache);
    this.output = originalSinkConduit instanceof DirectOutput direct ? direct : null;
  }

  void start() {
    if (cache != null) {
      cache.owner(this);
    }
    addCloseListener(CLOSED);
    loop.connections().add(this);
    channel.getSourceChannel().setReadListener(this);
    channel.getSourceChannel().resumeReads();
  }

  // ---- reading heads
  // -----------------------------------------------------------------------------

  @Override
  public void handleEvent(ConduitStreamSourceChannel source) {
    switch (state) {
      case READING -> receive();
      case RUNNING, UPGRADED -> source.suspendReads();
      case ENDING, CLOSED -> {}
    }
  }

  private void receive() {
    if (isSendingCachedResponse()) {
      channel.getSourceChannel().suspendReads();
      return;
    }
    if (originalSinkConduit.isWriteShutdown()) {
      close(); // an answer was cut off
      return;
    }
    try {
      reader.read();
    } catch (IOException broken) {
      close();
    }
  }

  /**
   * The cache has answered a request.
   *
   * @return whether the next may be answered now
   */
  boolean answered(boolean wasLast) {
    if (wasLast) {
      last = true;
      if (!isSendingCachedResponse()) {
        finish();
      }
      return false;
    }
    loop.connections().touch(this);
    return !isSendingCachedResponse();
  }

  private boolean isSendingCachedResponse() {
    return cache != null && cache.isSending();
  }

  // ---- exchanges
  // ---------------------------------------------------------------------------------

  /** A request is there that the cache cannot answer; what follows its head is held. */
  void begin(HeadParser parser, byte[] bytes, int at) {
    if (!addressed) {
      addressed = true;
      var _ = channel.getPeerAddress(); // handlers may ask on any thread
    }
    Http1Head head = new Http1Head(parser, bytes, at, loop.names());
    HttpServerExchange exchange = loop.exchanges().make(this, head);
    boolean hasBody = head.hasBody();
    namesClient = parser.fields().namesClient();
    last = parser.isLast();
    miss = cache == null ? null : cache.takeMiss();
    boolean waits = hasBody && parser.isHttp11() && parser.fields().has(Field.EXPECT);
    awaited = waits ? new Continue(channel) : null;
    body = hasBody ? RequestBody.open(this, exchange, reader.held(), parser, loop.limits()) : null;
    run(exchange);
  }

  /** Answers what is no request, in its turn: what came before is answered. */
  void refuse(RejectReason why, Method method, String line) {
    refusal = new Refusal(why, line);
    run(loop.exchanges().refused(this, Http1Head.method(method)));
  }

  private void run(HttpServerExchange exchange) {
    state = State.RUNNING;
    current = exchange;
    loop.exchanges().run(exchange);
  }

  @Override
  protected void exchangeComplete(HttpServerExchange exchange) {
    onLoop(() -> completed(exchange));
  }

  /** Runs a task now on the loop's thread, soon on any other. */
  private void onLoop(Runnable task) {
    if (Thread.currentThread() == channel.getIoThread()) {
      task.run();
      return;
    }
    try {
      channel.getIoThread().execute(task);
    } catch (RejectedExecutionException ended) {
      close(); // if it is not: the loop ends, and what it had with it
    }
  }

  private void completed(HttpServerExchange exchange) {
    if (state != State.RUNNING || current != exchange) {
      return; // closed meanwhile
    }
    current = null;
    awaited = null;
    forgetRequest();
    clearChannel();
    if (body != null) {
      body.leave();
      body = null;
    }
    HttpUpgradeListener listener = upgrade;
    if (listener != null && exchange.isUpgrade()) {
      upgraded(listener, exchange);
    } else if (exchange.isPersistent()) {
      next();
    } else {
      finish();
    }
  }

  /** Reads the next request. */
  private void next() {
    state = State.READING;
    loop.connections().touch(this);
    ConduitStreamSourceChannel source = channel.getSourceChannel();
    source.setReadListener(this);
    if (reader.held().isEmpty()) {
      source.resumeReads();
    } else {
      source.wakeupReads();
    }
  }

  /** The cache's answer, which took its time, has been sent, or never will be. */
  @Override
  public void onResponseSent(boolean whole) {
    if (state != State.READING) {
      return;
    }
    if (!whole) {
      close();
    } else if (last) {
      finish();
    } else {
      next();
    }
  }

  // ---- bodies and heads of the exchange
  // ----------------------------------------------------------

  @Override
  protected StreamSinkConduit getSinkConduit(
      HttpServerExchange exchange, StreamSinkConduit conduit) {
    if (awaited != null && !exchange.isRequestComplete()) {
      exchange.setPersistent(false); // the body was not asked for, and may come or not
    }
    loop.heads().date(exchange.getResponseHeaders());
    return ResponseSink.of(this, exchange, conduit);
  }

  /** The head of an exchange's response; valid until the next is written. */
  ByteBuffer head(HttpServerExchange exchange) throws IOException {
    ByteBuffer head = loop.heads().write(exchange, exchange.isInIoThread());
    tellHead(head);
    Continue begun = awaited;
    return begun == null ? head : begun.before(head);
  }

  /** Asks for the body, if the client waits for that; false if it could not be sent yet. */
  boolean sendContinue(HttpServerExchange exchange) {
    Continue first = awaited;
    if (first != null && (exchange.isResponseStarted() || first.send())) {
      awaited = null;
    }
    return awaited == null;
  }

  @Override
  public boolean expectsContinue() {
    return awaited != null;
  }

  /** The framing of the present request's body is wrong. */
  void rejectBody(RejectReason why) {
    loop.stats().countRejected(why);
    bodyIsLeft();
  }

  /** Some of the present request's body is not read: where the next begins is not known. */
  void bodyIsLeft() {
    last = false;
  }

  @Override
  public void terminateRequestChannel(HttpServerExchange exchange) {
    RequestBody unread = body;
    if (unread != null && exchange == current) {
      unread.terminateReads();
    }
  }

  // ---- the end
  // -----------------------------------------------------------------------------------

  /** The last answer is given. */
  private void finish() {
    state = State.ENDING;
    reader.clear();
    if (last && refusal == null && output != null) {
      output.peerIsDone();
      close();
      return;
    }
    ending = new Ending(loop, channel);
    ending.start();
  }

  private void upgraded(HttpUpgradeListener listener, HttpServerExchange exchange) {
    state = State.UPGRADED;
    loop.connections().remove(this);
    ConduitStreamSourceChannel source = channel.getSourceChannel();
    source.suspendReads();
    source.setReadListener(null);
    ByteQueue held = reader.held();
    if (!held.isEmpty()) {
      byte[] early = new byte[held.size()];
      var _ = held.moveTo(ByteBuffer.wrap(early), early.length);
      setExtraBytes(new ImmediatePooledByteBuffer(ByteBuffer.wrap(early)));
      source.setConduit(new ReadDataStreamSourceConduit(originalSourceConduit, this));
    }
    listener.handleUpgrade(channel, exchange);
  }

  @Override
  public void close() {
    IoUtils.safeClose(channel);
  }

  private void letGo() {
    state = State.CLOSED;
    reader.clear();
    if (ending != null) {
      ending.stop();
    }
    loop.connections().remove(this);
    abortRequest();
  }

  @Override
  public Connections.Place place() {
    return place;
  }

  @Override
  public boolean isIdle() {
    return state == State.READING && reader.held().isEmpty() && !isSendingCachedResponse();
  }

  @Override
  public boolean isEnding() {
    return state == State.ENDING || state == State.CLOSED;
  }

  @Override
  public void endIfIdle() {
    if (isIdle()) {
      receive(); // what the kernel has is a request that was received
    }
    if (isIdle() && output == null) {
      finish();
    } else if (isIdle()) {
      close(); // lingers, and is counted as what it is
    }
  }

  @Override
  public void hangUp() {
    if (output != null) {
      output.hangUp();
    }
    close();
  }

  @Override
  public String getTransportProtocol() {
    return "http/1.1";
  }
}
