package dev.millrace.http.http1;

import dev.millrace.http.exchange.ByteQueue;
import dev.millrace.http.exchange.RequestTrailers;
import dev.millrace.http.parser.ChunkParser;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.HttpLimits;
import dev.millrace.http.parser.RejectReason;
import dev.millrace.http.parser.RejectedException;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitReadableByteChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/**
 * The body of one request, of fixed length or chunked: first the bytes received with the head, then
 * the bytes of the connection. Runs on the thread that handles the exchange.
 *
 * <p>The first read sends 100 (Continue) if the client awaits it (RFC 9110 §10.1.1). Readiness is
 * level-triggered: while reads are resumed and bytes are held, the handler is called again, by
 * waking the underlying conduit.
 */
final class RequestBody extends AbstractStreamSourceConduit<StreamSourceConduit>
    implements ReadReadyHandler {
  private static final int FILL_BYTES = 4 << 10;

  private final Http1Connection connection;
  private final HttpServerExchange exchange;
  private final ByteQueue held;
  private final ReadReadyHandler user;
  private final @Nullable ChunkParser chunks;
  private final RequestTrailers trailers;
  private long left;
  private boolean over;
  private boolean abandoned;
  private @Nullable RejectReason rejection;

  private RequestBody(
      StreamSourceConduit next,
      Http1Connection connection,
      HttpServerExchange exchange,
      ByteQueue held,
      ReadReadyHandler user,
      @Nullable ChunkParser chunks,
      RequestTrailers trailers,
      long lengthBytes) {
    super(next);
    this.connection = connection;
    this.exchange = exchange;
    this.held = held;
    this.user = user;
    this.chunks = chunks;
    this.trailers = trailers;
    this.left = lengthBytes;
    next.setReadReadyHandler(this);
  }

  /**
   * Installs the body as the connection's source, until {@link #leave}.
   *
   * @param held the bytes received after the head; the body consumes its part
   * @param head the head that announces the body
   */
  static RequestBody open(
      Http1Connection connection,
      HttpServerExchange exchange,
      ByteQueue held,
      HeadParser head,
      HttpLimits limits) {
    ConduitStreamSourceChannel source = connection.getChannel().getSourceChannel();
    source.suspendReads();
    source.setReadListener(null);
    RequestTrailers trailers = new RequestTrailers();
    RequestBody body =
        new RequestBody(
            source.getConduit(),
            connection,
            exchange,
            held,
            new ReadReadyHandler.ChannelListenerHandler<>(source),
            head.isChunked()
                ? new ChunkParser(
                    limits, (name, value) -> trailers.add(name, value, 0, value.length))
                : null,
            trailers,
            head.fields().contentLength());
    source.setConduit(body);
    return body;
  }

  /** Restores the connection's own read handler. The exchange has ended. */
  void leave() {
    next.setReadReadyHandler(user);
  }

  /**
   * Discards the held bytes of the body, which has no reader any more; returns whether that is all
   * of it.
   */
  private boolean discardHeld() {
    ByteBuffer sink = ByteBuffer.allocate(Math.max(1, held.size()));
    try {
      while (!over && !held.isEmpty()) {
        read(sink.clear());
      }
    } catch (IOException rejected) {
      return false;
    }
    return over;
  }

  // ---- reading ---------------------------------------------------------------------------------

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (abandoned) {
      throw new ClosedChannelException(); // an end would make the body look complete
    }
    if (over) {
      return -1;
    }
    if (rejection != null) {
      throw new RejectedException(rejection);
    }
    if (!into.hasRemaining()) {
      return 0;
    }
    if (held.isEmpty() && !connection.sendContinue(exchange)) {
      return 0;
    }
    return chunks == null ? readFixed(into) : readChunks(chunks, into);
  }

  private int readFixed(ByteBuffer into) throws IOException {
    int n = take(into, left);
    left -= n;
    if (left == 0) {
      end();
    }
    return n;
  }

  private int readChunks(ChunkParser parser, ByteBuffer into) throws IOException {
    int total = 0;
    while (into.hasRemaining() && !over) {
      if (parser.dataBytes() > 0) {
        int n = take(into, parser.dataBytes());
        if (n == 0) {
          return total;
        }
        parser.passed(n);
        total += n;
      } else if (!held.isEmpty()) {
        parse(parser);
      } else {
        int n = held.fill(next, FILL_BYTES);
        if (n == 0) {
          return total;
        }
        requireMore(n);
      }
    }
    return total > 0 || !over ? total : -1;
  }

  private void parse(ChunkParser parser) throws IOException {
    ChunkParser.Step step = parser.parse(held.bytes(), held.start(), held.end());
    held.drop(parser.position() - held.start());
    if (step == ChunkParser.Step.END) {
      trailers.attachTo(exchange);
      end();
    } else if (step == ChunkParser.Step.REJECTED) {
      rejection = parser.reason();
      connection.rejectBody(rejection);
      exchange.setPersistent(false);
      throw new RejectedException(rejection);
    }
  }

  /** Reads up to {@code max} bytes of the body; 0 if no bytes are available. */
  private int take(ByteBuffer into, long max) throws IOException {
    if (!held.isEmpty()) {
      return held.moveTo(into, max);
    }
    int limit = into.limit();
    into.limit((int) Math.min(limit, into.position() + max));
    try {
      return requireMore(next.read(into));
    } finally {
      into.limit(limit);
    }
  }

  private int requireMore(int n) throws IOException {
    if (n < 0) {
      exchange.setPersistent(false);
      throw new EOFException("the connection ended within a request body");
    }
    return n;
  }

  private void end() {
    over = true;
    Connectors.terminateRequest(exchange);
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      if (into[i].hasRemaining()) {
        return read(into[i]);
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

  // ---- readiness and ends ----------------------------------------------------------------------

  private boolean isReady() {
    return over || !held.isEmpty();
  }

  @Override
  public void resumeReads() {
    if (isReady()) {
      next.wakeupReads();
    } else {
      var _ = connection.sendContinue(exchange);
      next.resumeReads();
    }
  }

  @Override
  public void readReady() {
    user.readReady();
    if (!over && isReady() && next.isReadResumed()) {
      next.wakeupReads();
    }
  }

  @Override
  public void awaitReadable() throws IOException {
    if (!isReady() && connection.sendContinue(exchange)) {
      next.awaitReadable();
    }
  }

  @Override
  public void awaitReadable(long time, TimeUnit unit) throws IOException {
    if (!isReady() && connection.sendContinue(exchange)) {
      next.awaitReadable(time, unit);
    }
  }

  /**
   * The handler reads no more. If the body is not complete, the connection ends after the response.
   */
  @Override
  public void terminateReads() {
    if (over) {
      return;
    }
    if (!discardHeld()) {
      connection.bodyIsLeft();
      exchange.setPersistent(false);
      end();
    }
    abandoned = true;
  }

  @Override
  public void forceTermination() {
    user.forceTermination();
  }

  @Override
  public void terminated() {
    user.terminated();
  }
}
