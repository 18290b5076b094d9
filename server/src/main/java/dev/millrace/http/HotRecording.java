package dev.millrace.http;

import dev.millrace.digest.Digests;
import dev.millrace.files.OpenFile;
import dev.millrace.gate.GateConduit;
import dev.millrace.hot.HotCache;
import dev.millrace.hot.HotConnection;
import dev.millrace.plan.EntityTag;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Takes down an answer on its way, head and body, to be given again from memory. What is kept is
 * what this exchange sent, so the gate can answer nothing that this path would not. Event thread
 * only.
 */
final class HotRecording implements ExchangeCompletionListener {
  private static final byte[] NO_BODY = {};

  private final FileHandler handler;
  private final HotCache cache;
  private final byte[] key;
  private final OpenFile file;
  private final boolean only;
  private final Digests digests;
  private final int generation;
  private final int status;
  private final long bodyBytes;
  private byte[] body = NO_BODY;

  private HotRecording(
      FileHandler handler,
      HotCache cache,
      byte[] key,
      OpenFile file,
      boolean only,
      Digests digests,
      int status,
      long bodyBytes) {
    this.handler = handler;
    this.cache = cache;
    this.key = key;
    this.file = file;
    this.only = only;
    this.digests = digests;
    this.generation = handler.access().generation();
    this.status = status;
    this.bodyBytes = bodyBytes;
  }

  /**
   * Begins, if the request is one that the gate may answer and the answer is small.
   *
   * @param only whether nothing but this file at its path decided what is answered
   * @param digests those that the answer shows
   * @param bodyBytes of the body that will be sent
   */
  static @Nullable HotRecording begin(
      HttpServerExchange exchange,
      FileHandler handler,
      OpenFile file,
      boolean only,
      Digests digests,
      int status,
      long bodyBytes) {
    GateConduit gate = Gates.of(exchange);
    if (gate == null || !(gate.shortcut() instanceof HotConnection connection)) {
      return null;
    }
    byte[] key = connection.takeKey();
    HotCache cache = connection.cache();
    if (key == null
        || HotCache.isOfRange(key) != (status == StatusCodes.PARTIAL_CONTENT)
        || !Validators.isSettled(file.facts())) {
      return null;
    }
    HotRecording recording =
        new HotRecording(handler, cache, key, file.share(), only, digests, status, bodyBytes);
    exchange.addExchangeCompleteListener(recording);
    return recording;
  }

  /** The whole body, as it is in memory now; one to be sent from its file is not kept. */
  void body(ByteBuffer bytes) {
    if (isFromFile()) {
      return;
    }
    body = new byte[bytes.remaining()];
    bytes.get(bytes.position(), body);
  }

  private boolean isFromFile() {
    return status == StatusCodes.PARTIAL_CONTENT || bodyBytes > cache.maxBodyBytes();
  }

  @Override
  public void exchangeEvent(HttpServerExchange exchange, NextListener nextListener) {
    try {
      boolean fromFile = isFromFile();
      boolean asPlanned =
          exchange.getStatusCode() == status
              && exchange.isResponseStarted()
              && !EntityTag.isWeak(exchange.getResponseHeaders().getFirst(Headers.ETAG))
              && bodyBytes == (fromFile ? exchange.getResponseBytesSent() : body.length);
      if (asPlanned && isStillRight()) {
        cache.put(key, status, head(exchange), fromFile ? null : body, file, only);
      } else {
        file.close();
      }
    } finally {
      nextListener.proceed();
    }
  }

  /** The file may have changed while it was read, or more become known of it. */
  private boolean isStillRight() {
    return file.isUnchanged()
        && handler.access().generation() == generation
        && handler.digests().known(file.facts()) == digests
        && !handler.refuses(file.facts());
  }

  /** The head as Undertow has sent it: its status line, and its fields in the map's order. */
  private static byte[] head(HttpServerExchange exchange) {
    StringBuilder head = new StringBuilder(512);
    int code = exchange.getStatusCode();
    head.append(exchange.getProtocol()).append(' ').append(code).append(' ');
    head.append(StatusCodes.getReason(code)).append("\r\n");
    HeaderMap fields = exchange.getResponseHeaders();
    for (long at = fields.fastIterateNonEmpty(); at != -1; at = fields.fiNextNonEmpty(at)) {
      HeaderValues values = fields.fiCurrent(at);
      for (String value : values) {
        head.append(values.getHeaderName()).append(": ").append(value).append("\r\n");
      }
    }
    return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
