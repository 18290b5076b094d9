package dev.millrace.content;

import dev.millrace.cache.CacheMiss;
import dev.millrace.cache.ResponseCache;
import dev.millrace.digest.Digests;
import dev.millrace.files.OpenFile;
import dev.millrace.http.exchange.RequestOrigin;
import dev.millrace.http.semantics.EntityTag;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Records the head and body of a response for the response cache. The cache gets only responses
 * that an exchange has sent, so it cannot send a response that the full path would not. Loop thread
 * only.
 */
public final class CacheRecording
    implements ExchangeCompletionListener, RequestOrigin.HeadListener {
  private static final byte[] NOTHING = {};

  private final MountContext mount;
  private final CacheMiss miss;
  private final OpenFile file;
  private final boolean cacheableByPath;
  private final Digests digests;
  private final int generation;
  private final int status;
  private final long bodyBytes;
  private byte[] head = NOTHING;
  private byte[] body = NOTHING;

  private CacheRecording(
      MountContext mount,
      CacheMiss miss,
      OpenFile file,
      boolean cacheableByPath,
      Digests digests,
      int status,
      long bodyBytes) {
    this.mount = mount;
    this.miss = miss;
    this.file = file;
    this.cacheableByPath = cacheableByPath;
    this.digests = digests;
    this.generation = mount.access().generation();
    this.status = status;
    this.bodyBytes = bodyBytes;
  }

  /**
   * Starts a recording, if the request is cacheable and the file is settled.
   *
   * @param cacheableByPath whether the response depends only on the file at its path
   * @param digests the digests in the response
   * @param bodyBytes length of the body to be sent
   */
  public static @Nullable CacheRecording begin(
      HttpServerExchange exchange,
      MountContext mount,
      OpenFile file,
      boolean cacheableByPath,
      Digests digests,
      int status,
      long bodyBytes) {
    RequestOrigin origin = RequestOrigin.of(exchange);
    CacheMiss miss = origin == null ? null : origin.takeCacheMiss();
    if (origin == null
        || miss == null
        || ResponseCache.isOfRange(miss.key()) != (status == StatusCodes.PARTIAL_CONTENT)
        || !Validators.isSettled(file.stat())) {
      return null;
    }
    CacheRecording recording =
        new CacheRecording(mount, miss, file.share(), cacheableByPath, digests, status, bodyBytes);
    origin.onHead(recording);
    exchange.addExchangeCompleteListener(recording);
    return recording;
  }

  @Override
  public void head(byte[] sent) {
    head = sent;
  }

  /** Records the complete body in memory, unless cached responses send it from its file. */
  void body(ByteBuffer bytes) {
    if (isFromFile()) {
      return;
    }
    body = new byte[bytes.remaining()];
    bytes.get(bytes.position(), body);
  }

  private boolean isFromFile() {
    return status == StatusCodes.PARTIAL_CONTENT || bodyBytes > miss.cache().maxBodyBytes();
  }

  @Override
  public void exchangeEvent(HttpServerExchange exchange, NextListener nextListener) {
    try {
      boolean fromFile = isFromFile();
      boolean asPlanned =
          exchange.getStatusCode() == status
              && head.length > 0
              && !EntityTag.isWeak(exchange.getResponseHeaders().getFirst(Headers.ETAG))
              && bodyBytes == (fromFile ? exchange.getResponseBytesSent() : body.length);
      if (asPlanned && isStillRight()) {
        miss.cache().put(miss.key(), status, head, fromFile ? null : body, file, cacheableByPath);
      } else {
        file.close();
      }
    } finally {
      nextListener.proceed();
    }
  }

  /** Whether the response is still valid: the file and its digests may have changed since. */
  private boolean isStillRight() {
    return !mount.isRetired()
        && file.isUnchanged()
        && mount.access().generation() == generation
        && mount.digests().known(file.stat()) == digests
        && !mount.refuses(file.stat());
  }
}
