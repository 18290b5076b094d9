package dev.millrace.http.http2;

import dev.millrace.cache.CacheMiss;
import dev.millrace.http.exchange.EngineConnection;
import dev.millrace.http.exchange.EngineLoop;
import dev.millrace.http.exchange.Refusal;
import dev.millrace.http.exchange.RequestGate;
import dev.millrace.http.exchange.RequestTrailers;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.conduits.StreamSinkConduit;

/**
 * The connection of one exchange: a stream. Closing it resets the stream; the HTTP/2 connection and
 * its other streams go on. Loop thread only.
 */
final class Http2Exchange extends EngineConnection {
  private final Http2Connection connection;
  private final Http2Stream stream;
  private final StreamSource source;
  private final StreamSink sink;

  private Http2Exchange(
      Http2Connection connection,
      Http2Stream stream,
      EngineLoop loop,
      StreamChannel channel,
      StreamSource source,
      StreamSink sink) {
    super(channel, loop.pool(), loop.exchanges().root(), EngineLoop.BUFFER_BYTES);
    this.connection = connection;
    this.stream = stream;
    this.source = source;
    this.sink = sink;
  }

  /** Creates the exchange's side of a stream. */
  static Http2Exchange of(Http2Connection connection, Http2Stream stream, EngineLoop loop) {
    StreamSource source = new StreamSource(connection, stream);
    StreamSink sink = new StreamSink(connection, stream);
    StreamChannel channel =
        new StreamChannel(connection.channel(), source, sink, () -> connection.left(stream));
    Http2Exchange exchange = new Http2Exchange(connection, stream, loop, channel, source, sink);
    stream.exchange = exchange;
    return exchange;
  }

  /**
   * Runs the handler's task for an aborted request. Before the conduits end: their end completes
   * the exchange, which forgets the task.
   */
  void abort() {
    abortRequest();
  }

  StreamSource source() {
    return source;
  }

  StreamSink sink() {
    return sink;
  }

  /** Sets what the limits say of the request. */
  void limited(RequestGate.Verdict ofRequest) {
    verdict = ofRequest;
  }

  /** Runs the exchange of a valid request. */
  void run(
      HttpServerExchange exchange,
      EngineLoop loop,
      boolean clientIsNamed,
      boolean clientAcceptsTrailers,
      @Nullable CacheMiss cacheMiss,
      boolean expectsContinue) {
    namesClient = clientIsNamed;
    acceptsTrailers = clientAcceptsTrailers;
    miss = cacheMiss;
    current = exchange;
    source.begin(exchange, expectsContinue);
    loop.exchanges().run(exchange);
  }

  /** Runs the exchange that responds to a refused request. */
  void refuse(HttpServerExchange exchange, EngineLoop loop, Refusal why) {
    refusal = why;
    current = exchange;
    source.begin(exchange, false);
    loop.exchanges().run(exchange);
  }

  /** The header block of the response; valid until the next block is encoded. */
  ByteBuffer head(HttpServerExchange exchange) {
    ByteBuffer block = connection.loop().blocks().of(exchange);
    tellHead(block);
    return block;
  }

  @Override
  protected StreamConnection transport() {
    return connection.channel();
  }

  @Override
  protected StreamSinkConduit getSinkConduit(
      HttpServerExchange exchange, StreamSinkConduit conduit) {
    connection.loop().engine().date(exchange.getResponseHeaders());
    sink.begin(exchange, trailers);
    return conduit;
  }

  @Override
  protected void exchangeComplete(HttpServerExchange exchange) {
    if (current == exchange) {
      current = null;
      forgetRequest();
      connection.completed(stream);
    }
  }

  @Override
  public void terminateRequestChannel(HttpServerExchange exchange) {
    source.terminateReads();
  }

  /** The trailer fields of the request. */
  void received(RequestTrailers fields) {
    source.received(fields);
  }

  @Override
  public boolean expectsContinue() {
    return source.awaitsContinue();
  }

  @Override
  public void sendInterim(
      HttpServerExchange exchange, int status, String reason, HeaderMap fields) {
    connection.sender().sendInterim(stream, status, fields);
  }

  @Override
  protected boolean isUpgradeSupported() {
    return false;
  }

  @Override
  public String getTransportProtocol() {
    return "h2";
  }
}
