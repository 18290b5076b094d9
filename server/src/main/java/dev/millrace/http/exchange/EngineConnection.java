package dev.millrace.http.exchange;

import dev.millrace.cache.CacheMiss;
import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.HttpUpgradeListener;
import io.undertow.server.SSLSessionInfo;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;

/**
 * A connection, or a stream of one, whose engine is ours: what is known of the request under way,
 * and the parts of Undertow's contract that are the same for every version. Loop thread only, where
 * nothing else is said.
 */
public abstract class EngineConnection extends AbstractServerConnection implements RequestOrigin {
  /** Paths are not decoded: a handler sees what was sent, and decodes once. */
  private static final OptionMap OPTIONS =
      OptionMap.builder()
          .set(UndertowOptions.DECODE_URL, false)
          .set(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, true)
          .getMap();

  protected @Nullable Refusal refusal;
  protected @Nullable CacheMiss miss;
  protected @Nullable HttpUpgradeListener upgrade;
  protected boolean namesClient;
  private @Nullable HeadListener headListener;
  private @Nullable Runnable abort;

  /**
   * @param bufferBytes of a buffer of the pool
   */
  protected EngineConnection(
      StreamConnection channel, ByteBufferPool pool, HttpHandler root, int bufferBytes) {
    super(channel, pool, root, OPTIONS, bufferBytes);
  }

  /** Forgets the request, which has ended; a refusal stays, for its connection ends. */
  protected final void forgetRequest() {
    miss = null;
    namesClient = false;
    headListener = null;
    abort = null;
  }

  /** The head of the response under way, as it is sent. */
  protected final void tellHead(ByteBuffer head) {
    HeadListener listener = headListener;
    if (listener != null) {
      headListener = null;
      byte[] copy = new byte[head.remaining()];
      head.get(head.position(), copy);
      listener.head(copy);
    }
  }

  /** The connection is gone: runs what {@link #onAbort} has set. */
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

  @Override
  public final boolean namesClient() {
    return namesClient;
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

  /** False: handlers need not send 100 (Continue) themselves. */
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
    throw new UnsupportedOperationException("CONNECT is refused");
  }

  @Override
  public @Nullable SSLSessionInfo getSslSessionInfo() {
    return null;
  }

  @Override
  public void setSslSessionInfo(SSLSessionInfo info) {
    throw new UnsupportedOperationException("no TLS here");
  }

  /** False: trailers are checked and dropped. */
  @Override
  public boolean isRequestTrailerFieldsSupported() {
    return false;
  }
}
