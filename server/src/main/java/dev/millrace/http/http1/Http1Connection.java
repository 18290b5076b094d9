package dev.millrace.http.http1;

import dev.millrace.cache.CachedResponseInterceptor;
import dev.millrace.http.exchange.ByteQueue;
import dev.millrace.http.exchange.Connections;
import dev.millrace.http.exchange.EngineConnection;
import dev.millrace.http.exchange.EngineLoop;
import dev.millrace.http.exchange.LingeringClose;
import dev.millrace.http.exchange.ParsedRequestHead;
import dev.millrace.http.exchange.Refusal;
import dev.millrace.http.parser.Field;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.Method;
import dev.millrace.http.parser.RejectReason;
import dev.millrace.transport.DirectOutput;
import io.undertow.conduits.ReadDataStreamSourceConduit;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.HttpUpgradeListener;
import io.undertow.util.HeaderMap;
import io.undertow.util.ImmediatePooledByteBuffer;
import io.undertow.util.Protocols;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.StreamSinkConduit;

/**
 * One HTTP/1 connection, from its first byte to its close. Requests are handled one after another;
 * bytes received during an exchange wait.
 *
 * <pre>
 *            ┌───────── cached response ───────────┐
 *            ▼                                     │
 *   READING ─┬─ head complete ──► cache? ──no──► RUNNING ── exchangeComplete ─┬─ persistent ──► READING
 *            ├─ head rejected or timed out ────────┘ (last)                   ├─ upgraded ────► UPGRADED
 *            │                                                                └─ else ──┐
 *            ├─ end of stream ──► CLOSED                                                ▼
 *            └─ last response was a cached one, idle timeout, or stop ────────────► ENDING ──► CLOSED
 * </pre>
 *
 * <ul>
 *   <li>READING: no exchange is running. The connection is idle if no bytes of the next request are
 *       held. A partial head is held with the parser that has processed it, for at most {@code
 *       headTimeout}. Nothing is read while a cached response is being sent.
 *   <li>RUNNING: reads stay resumed until bytes arrive, which are left unread. Suspending and
 *       resuming for every request would cost more than the few clients that pipeline.
 *   <li>ENDING: the end of stream is sent after the last response; input is discarded, within
 *       bounds of bytes and time, until the client's end of stream.
 * </ul>
 *
 * <p>{@link #exchangeComplete} never starts the next request itself, because its caller may have
 * work left to do: it wakes reads. Loop thread only, except for bodies.
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
  private final InterimResponses interim;
  private State state = State.READING;
  private @Nullable RequestBody body;
  private boolean addressed;

  /** Whether the client has declared this request, which was read completely, its last one. */
  private boolean last;

  private @Nullable LingeringClose ending;

  Http1Connection(
      Http1Loop loop, StreamConnection channel, @Nullable CachedResponseInterceptor cache) {
    super(channel, loop.engine().pool(), loop.engine().exchanges().root(), EngineLoop.BUFFER_BYTES);
    this.loop = loop;
    this.cache = cache;
    this.interim = new InterimResponses(channel);
    this.reader = new RequestReader(loop, this, channel, cache);
    this.output = originalSinkConduit instanceof DirectOutput direct ? direct : null;
  }

  void start() {
    if (cache != null) {
      cache.owner(this);
    }
    addCloseListener(CLOSED);
    loop.engine().connections().add(this);
    channel.getSourceChannel().setReadListener(this);
    channel.getSourceChannel().resumeReads();
  }

  // ---- reading heads

  @Override
  public void handleEvent(ConduitStreamSourceChannel source) {
    assert isOnLoop();
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
    if (originalSinkConduit.isWriteShutdown() || (output != null && !output.canSend())) {
      close(); // a response was truncated, or the client has gone
      return;
    }
    try {
      reader.read();
    } catch (IOException broken) {
      close();
    }
  }

  /**
   * Notes that the cache has responded to a request.
   *
   * @return whether the next request may be processed now
   */
  boolean answered(boolean wasLast) {
    assert isOnLoop();
    if (wasLast) {
      last = true;
      if (!isSendingCachedResponse()) {
        finish();
      }
      return false;
    }
    loop.engine().connections().touch(this);
    return !isSendingCachedResponse();
  }

  private boolean isSendingCachedResponse() {
    return cache != null && cache.isSending();
  }

  // ---- exchanges

  /** Starts the exchange of a request that has no cached response. */
  void begin(HeadParser parser, byte[] bytes, int at) {
    assert isOnLoop();
    if (!addressed) {
      addressed = true;
      var _ = channel.getPeerAddress(); // caches the address, which handlers may read on any thread
    }
    ParsedRequestHead head = ParsedRequestHead.ofHttp1(parser, bytes, at, loop.engine().names());
    HttpServerExchange exchange = loop.engine().exchanges().make(this, head);
    boolean hasBody = head.hasBody();
    namesClient = parser.fields().namesClient();
    last = parser.isLast();
    verdict = reader.verdict();
    if (reader.isSpent()) {
      exchange.setPersistent(false);
    }
    miss = cache == null ? null : cache.takeMiss();
    interim.begin(hasBody && parser.isHttp11() && parser.fields().has(Field.EXPECT));
    body =
        hasBody
            ? RequestBody.open(this, exchange, reader.held(), parser, loop.engine().limits())
            : null;
    run(exchange);
  }

  /**
   * Continues as HTTP/2, whose preface was received, if the loop accepts it without TLS.
   *
   * @return false if it does not
   */
  boolean startHttp2(byte[] bytes, int from, int to) {
    Http1Loop.Http2Start http2 = loop.http2();
    if (http2 == null || isSecure()) {
      return false;
    }
    state = State.UPGRADED;
    loop.engine().connections().remove(this);
    http2.start(channel, ByteBuffer.wrap(bytes, from, to - from));
    return true;
  }

  /** Responds to an invalid request. Responses to all earlier requests are complete. */
  void refuse(RejectReason why, Method method, String line) {
    assert isOnLoop();
    refusal = new Refusal(why, line);
    run(
        loop.engine()
            .exchanges()
            .refused(this, ParsedRequestHead.method(method), Protocols.HTTP_1_1));
  }

  private void run(HttpServerExchange exchange) {
    state = State.RUNNING;
    current = exchange;
    loop.engine().exchanges().run(exchange);
  }

  @Override
  protected void exchangeComplete(HttpServerExchange exchange) {
    onLoop(() -> completed(exchange));
  }

  private void completed(HttpServerExchange exchange) {
    assert isOnLoop();
    if (state != State.RUNNING || current != exchange) {
      return; // the connection was closed before
    }
    current = null;
    interim.begin(false);
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

  private void next() {
    assert isOnLoop();
    state = State.READING;
    loop.engine().connections().touch(this);
    ConduitStreamSourceChannel source = channel.getSourceChannel();
    source.setReadListener(this);
    if (reader.held().isEmpty()) {
      source.resumeReads();
    } else {
      source.wakeupReads();
    }
  }

  /** A cached response that needed several writes is sent completely, or has failed. */
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

  @Override
  protected StreamSinkConduit getSinkConduit(
      HttpServerExchange exchange, StreamSinkConduit conduit) {
    if (interim.isPending() && !exchange.isRequestComplete()) {
      exchange.setPersistent(false); // without a 100 (Continue) the client may send the body or not
    }
    loop.engine().date(exchange.getResponseHeaders());
    return ResponseSink.of(this, exchange, conduit);
  }

  /** The bytes of the head of an exchange's response; valid until the next head is written. */
  ByteBuffer head(HttpServerExchange exchange) throws IOException {
    ByteBuffer head = loop.heads().write(exchange, exchange.isInIoThread());
    tellHead(head);
    return interim.before(head);
  }

  /** Sends 100 (Continue) if the client awaits it; false if it is not sent completely yet. */
  boolean sendContinue(HttpServerExchange exchange) {
    return interim.send(exchange.isResponseStarted());
  }

  @Override
  public boolean expectsContinue() {
    return interim.isPending();
  }

  @Override
  public void sendInterim(
      HttpServerExchange exchange, int status, String reason, HeaderMap fields) {
    if (exchange.getProtocol().equals(Protocols.HTTP_1_1)) {
      interim.add(status, reason, fields);
      var _ = sendContinue(exchange);
    }
  }

  /** Counts a body with invalid framing. */
  void rejectBody(RejectReason why) {
    loop.engine().stats().countRejected(why);
    bodyIsLeft();
  }

  /** The body is not read completely, so the start of the next request is unknown. */
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

  /** Ends the connection after its last response. */
  private void finish() {
    state = State.ENDING;
    reader.clear();
    if (last && refusal == null && output != null) {
      output.peerIsDone();
      close();
      return;
    }
    ending = new LingeringClose(loop.engine(), channel);
    ending.start();
  }

  private void upgraded(HttpUpgradeListener listener, HttpServerExchange exchange) {
    state = State.UPGRADED;
    loop.engine().connections().remove(this);
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
    loop.engine().connections().remove(this);
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
      receive(); // bytes in the kernel's buffer are a received request
    }
    if (isIdle() && output == null) {
      finish();
    } else if (isIdle()) {
      close(); // the output lingers, and counts the close by its cause
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
