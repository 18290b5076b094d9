package dev.millrace.http.exchange;

import dev.millrace.cache.CacheMiss;
import dev.millrace.transport.SecureConnection;
import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.HttpUpgradeListener;
import io.undertow.server.SSLSessionInfo;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.ssl.SslConnection;

/**
 * A connection, or a stream of one, of this project's HTTP engine: the state of the current
 * request, and the parts of Undertow's {@code ServerConnection} contract that all HTTP versions
 * share. Loop thread only, unless stated otherwise.
 */
public abstract class EngineConnection extends AbstractServerConnection implements RequestOrigin {
  /** Paths are not decoded: handlers get the path as received and decode it once. */
  private static final OptionMap OPTIONS =
      OptionMap.builder()
          .set(UndertowOptions.DECODE_URL, false)
          .set(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, true)
          .getMap();

  protected @Nullable Refusal refusal;
  protected @Nullable CacheMiss miss;
  protected @Nullable HttpUpgradeListener upgrade;
  protected boolean namesClient;
  protected RequestGate.Verdict verdict = RequestGate.Verdict.PASS;
  protected boolean acceptsTrailers;
  protected @Nullable ResponseTrailers trailers;
  private @Nullable HeadListener headListener;
  private @Nullable Runnable abort;

  /**
   * @param bufferBytes size of a buffer of the pool
   */
  protected EngineConnection(
      StreamConnection channel, ByteBufferPool pool, HttpHandler root, int bufferBytes) {
    super(channel, pool, root, OPTIONS, bufferBytes);
  }

  /** Whether the caller is the loop thread. */
  protected final boolean isOnLoop() {
    return Thread.currentThread() == channel.getIoThread();
  }

  /** Runs a task: at once if called on the loop thread, else posts it to the loop. */
  protected final void onLoop(Runnable task) {
    if (isOnLoop()) {
      task.run();
      return;
    }
    try {
      channel.getIoThread().execute(task);
    } catch (RejectedExecutionException ended) {
      IoUtils.safeClose(channel); // a loop that stops closes its connections anyway
    }
  }

  /** Clears the state of a completed request. A refusal stays, because its connection ends. */
  protected final void forgetRequest() {
    miss = null;
    namesClient = false;
    acceptsTrailers = false;
    trailers = null;
    headListener = null;
    abort = null;
  }

  /** Passes a copy of a response's head to the listener that {@link #onHead} has set. */
  protected final void tellHead(ByteBuffer head) {
    HeadListener listener = headListener;
    if (listener != null) {
      headListener = null;
      byte[] copy = new byte[head.remaining()];
      head.get(head.position(), copy);
      listener.head(copy);
    }
  }

  /** Runs the task that {@link #onAbort} has set. The connection is closed. */
  protected final void abortRequest() {
    Runnable task = abort;
    abort = null;
    if (task != null) {
      task.run();
    }
  }

  @Override
  public final @Nullable Refusal refusal() {
    return refusal;
  }

  /** The client's address. */
  public final @Nullable SocketAddress peer() {
    return transport().getPeerAddress();
  }

  /** The connection that carries this one: itself, or for a stream its connection. */
  protected StreamConnection transport() {
    return channel;
  }

  @Override
  public final boolean isSecure() {
    return transport() instanceof SecureConnection;
  }

  @Override
  public final @Nullable String clientSubject() {
    return transport() instanceof SecureConnection secure ? secure.clientSubject() : null;
  }

  @Override
  public final boolean namesClient() {
    return namesClient;
  }

  @Override
  public final RequestGate.Verdict verdict() {
    return verdict;
  }

  @Override
  public final boolean acceptsTrailers() {
    return acceptsTrailers;
  }

  @Override
  public final void trailers(ResponseTrailers ofResponse) {
    trailers = ofResponse;
  }

  @Override
  public final @Nullable CacheMiss takeCacheMiss() {
    CacheMiss taken = miss;
    miss = null;
    return taken;
  }

  @Override
  public final void onHead(HeadListener listener) {
    headListener = listener;
  }

  @Override
  public final void onAbort(@Nullable Runnable task) {
    abort = task;
  }

  @Override
  public HttpServerExchange sendOutOfBandResponse(HttpServerExchange exchange) {
    throw new UnsupportedOperationException("100 (Continue) is sent when the body is read");
  }

  /** False: the engine sends 100 (Continue), handlers do not. */
  @Override
  public boolean isContinueResponseSupported() {
    return false;
  }

  @Override
  protected StreamConnection upgradeChannel() {
    clearChannel();
    return channel;
  }

  @Override
  protected boolean isUpgradeSupported() {
    return true;
  }

  @Override
  protected void setUpgradeListener(HttpUpgradeListener listener) {
    upgrade = listener;
  }

  @Override
  protected boolean isConnectSupported() {
    return false;
  }

  @Override
  protected void setConnectListener(HttpUpgradeListener listener) {
    throw new UnsupportedOperationException("CONNECT is not supported");
  }

  @Override
  public @Nullable SSLSessionInfo getSslSessionInfo() {
    return transport() instanceof SslConnection tls
        ? new TlsSessionInfo(tls.getSslSession())
        : null;
  }

  @Override
  public void setSslSessionInfo(SSLSessionInfo info) {
    throw new UnsupportedOperationException("the connection knows its session");
  }

  /** False: trailers are checked and discarded. */
  @Override
  public boolean isRequestTrailerFieldsSupported() {
    return false;
  }
}
