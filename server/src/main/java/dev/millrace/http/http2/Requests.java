package dev.millrace.http.http2;

import dev.millrace.cache.CacheListener;
import dev.millrace.cache.CacheMiss;
import dev.millrace.cache.CachedResponse;
import dev.millrace.cache.CachedStreamResponses;
import dev.millrace.http.exchange.ConnectionLife;
import dev.millrace.http.exchange.EngineLoop;
import dev.millrace.http.exchange.ParsedRequestHead;
import dev.millrace.http.exchange.Refusal;
import dev.millrace.http.exchange.RequestGate;
import dev.millrace.http.parser.Field;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.Method;
import dev.millrace.http.parser.ParseStatus;
import dev.millrace.http.parser.RejectReason;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Protocols;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of one connection: from the response cache at once, or by an exchange. Loop
 * thread only.
 */
final class Requests {
  private static final int MAX_LINE = 4096;

  private final Http2Loop loop;
  private final Http2Connection connection;
  private final Http2Streams streams;
  private final @Nullable CachedStreamResponses cache;
  private final ConnectionLife life;
  private boolean addressed;

  Requests(
      Http2Loop loop,
      Http2Connection connection,
      Http2Streams streams,
      @Nullable CachedStreamResponses cache) {
    this.loop = loop;
    this.connection = connection;
    this.streams = streams;
    this.cache = cache;
    this.life = new ConnectionLife(loop.engine().bounds());
  }

  /**
   * Starts a request.
   *
   * @param endStream whether it has no content
   * @return false if the request is malformed
   */
  boolean begin(int id, RequestBuilder request, boolean endStream) {
    EngineLoop engine = loop.engine();
    HeadParser parser = loop.parser();
    parser.reset();
    byte[] head = request.head();
    ParseStatus status = parser.parse(head, 0, request.length());
    if (status == ParseStatus.REJECTED) {
      refuse(id, parser.reason(), parser.method(), line(request), endStream);
      return true;
    }
    boolean hasLength = parser.fields().has(Field.CONTENT_LENGTH);
    if (status != ParseStatus.COMPLETE
        || parser.length() != request.length()
        || (endStream && parser.fields().contentLength() > 0)) {
      return false;
    }
    engine.stats().countPassed();
    RequestGate.Verdict verdict = engine.gate().check(connection.channel(), parser, head, 0);
    CachedStreamResponses cached = verdict.passes() ? cache : null;
    countRequest();
    if (cached != null && endStream && answer(id, cached, parser, request)) {
      return true;
    }
    Http2Stream stream = open(id, request.urgency(), endStream);
    stream.contentLength = hasLength ? parser.fields().contentLength() : -1;
    CacheMiss miss = cached == null || !endStream ? null : cached.takeMiss();
    Http2Exchange exchange = Http2Exchange.of(connection, stream, engine);
    HttpServerExchange made =
        engine
            .exchanges()
            .make(
                exchange,
                new ParsedRequestHead(
                    parser, head, 0, engine.names(), Protocols.HTTP_2_0, !endStream));
    boolean waits = !endStream && parser.fields().has(Field.EXPECT);
    exchange.limited(verdict);
    exchange.run(
        made, engine, parser.fields().namesClient(), request.acceptsTrailers(), miss, waits);
    return true;
  }

  /** Announces the end of a connection that has had its requests, or its time. */
  private void countRequest() {
    if (connection.acceptsRequests() && life.isLast(connection.channel())) {
      connection.execute(connection::acceptNoMore); // after the frames that have arrived
    }
  }

  private Http2Stream open(int id, int urgency, boolean endStream) {
    if (!addressed) {
      addressed = true;
      var _ = connection.channel().getPeerAddress(); // caches it, for handlers on any thread
    }
    Http2Stream stream = new Http2Stream(id, urgency, streams.initialWindow(), loop.nowNanos());
    stream.remoteEnded = endStream;
    streams.table().add(stream);
    return stream;
  }

  // ---- the response cache ----------------------------------------------------------------------

  private boolean answer(
      int id, CachedStreamResponses cached, HeadParser parser, RequestBuilder request) {
    CachedResponse response = cached.find(parser, request.head());
    if (response == null) {
      return false;
    }
    FrameSender sender = connection.sender();
    if (response.isFromFile()) {
      if (!sender.sendsFiles() || !sender.sendHead(id, response.head(), response.headBytes())) {
        return false;
      }
      Http2Stream stream = open(id, request.urgency(), true);
      CacheListener.Ending ending = cached.started(response, parser, request.head());
      stream.sendFile(
          response.shareFile(), response.bodyAt(), response.bodyBytes(), true, ending::onEnd);
      return true;
    }
    int bodyBytes = (int) cached.body().byteSize() == 0 ? 0 : (int) response.bodyBytes();
    if (!sender.sendWhole(
        id,
        streams.initialWindow(),
        response.head(),
        response.headBytes(),
        cached.body(),
        bodyBytes)) {
      return false;
    }
    cached.sent(response, parser, request.head());
    return true;
  }

  // ---- refusals --------------------------------------------------------------------------------

  /** Refuses a request whose list of fields is too large. */
  void refuseTooLarge(int id, RequestBuilder request, boolean endStream) {
    Method method = request.isHead() ? Method.HEAD : Method.UNKNOWN;
    refuse(id, RejectReason.HEAD_TOO_LARGE, method, line(request), endStream);
  }

  private void refuse(int id, RejectReason why, Method method, String line, boolean endStream) {
    EngineLoop engine = loop.engine();
    engine.stats().countRejected(why);
    Http2Stream stream = open(id, RequestBuilder.DEFAULT_URGENCY, endStream);
    Http2Exchange exchange = Http2Exchange.of(connection, stream, engine);
    HttpServerExchange made =
        engine.exchanges().refused(exchange, ParsedRequestHead.method(method), Protocols.HTTP_2_0);
    exchange.refuse(made, engine, new Refusal(why, line));
  }

  /** The request line, for the log. */
  private static String line(RequestBuilder request) {
    byte[] head = request.head();
    int end = 0;
    while (end < Math.min(request.length(), MAX_LINE) && head[end] != '\r') {
      end++;
    }
    String line = new String(head, 0, end, StandardCharsets.ISO_8859_1);
    return line.endsWith(" HTTP/1.1")
        ? line.substring(0, line.length() - "1.1".length()) + "2.0"
        : line;
  }
}
