package dev.millrace.http.http1;

import dev.millrace.http.exchange.ResponseFraming;
import io.undertow.conduits.ChunkedStreamSinkConduit;
import io.undertow.conduits.ConduitListener;
import io.undertow.conduits.FinishableStreamSinkConduit;
import io.undertow.conduits.PreChunkedStreamSinkConduit;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.FixedLengthOverflowException;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.StreamSinkConduit;

/**
 * The sink of one response: its head, which is written with the first byte of the body or at the
 * end, and its body. Runs on the thread that handles the exchange.
 *
 * <pre>
 *   BODILESS  discards the body; done once terminated and flushed
 *   FIXED     accepts the announced length only; done once all is flushed; if terminated earlier,
 *             truncates the response and closes the connection
 *   RAW       accepts any bytes; the conduit above does the framing and terminates the response
 * </pre>
 */
final class ResponseSink extends AbstractStreamSinkConduit<StreamSinkConduit> {
  enum Framing {
    BODILESS,
    FIXED,
    RAW
  }

  private final Http1Connection connection;
  private final HttpServerExchange exchange;
  private final Framing framing;
  private long left;

  /** The unsent part of the head; null before it is written and after it is sent. */
  private @Nullable ByteBuffer head;

  private boolean headKept;
  private boolean headSent;
  private boolean ended;
  private boolean done;
  private boolean broken;

  /**
   * @param lengthBytes length of a FIXED body
   */
  ResponseSink(
      StreamSinkConduit next,
      Http1Connection connection,
      HttpServerExchange exchange,
      Framing framing,
      long lengthBytes) {
    super(next);
    this.connection = connection;
    this.exchange = exchange;
    this.framing = framing;
    this.left = lengthBytes;
  }

  /**
   * Creates the conduit for an exchange's response and sets the fields that describe its framing. A
   * body of unknown length is chunked; for HTTP/1.0 it ends with the connection (RFC 9112 §6.3).
   */
  static StreamSinkConduit of(
      Http1Connection connection, HttpServerExchange exchange, StreamSinkConduit next) {
    HeaderMap fields = exchange.getResponseHeaders();
    ResponseFraming framing = ResponseFraming.of(exchange);
    setConnection(exchange, fields);
    boolean fixed = framing.lengthBytes() >= 0;
    if (framing.bodiless() && (fixed || !Connectors.isEntityBodyAllowed(exchange))) {
      return new ResponseSink(next, connection, exchange, Framing.BODILESS, 0);
    }
    if (fixed) {
      return new ResponseSink(next, connection, exchange, Framing.FIXED, framing.lengthBytes());
    }
    String coding = fields.getLast(Headers.TRANSFER_ENCODING);
    boolean chunked =
        coding == null
            ? exchange.isHttp11() // also before a close, which a client cannot tell from a cut
            : Headers.CHUNKED.equalToString(coding);
    if (chunked) {
      fields.put(Headers.TRANSFER_ENCODING, Headers.CHUNKED.toString());
    } else if (coding != null || !exchange.isHttp11()) {
      exchange.setPersistent(false);
      fields.put(Headers.CONNECTION, Headers.CLOSE.toString());
    }
    if (framing.bodiless()) {
      return new ResponseSink(next, connection, exchange, Framing.BODILESS, 0);
    }
    ResponseSink raw = new ResponseSink(next, connection, exchange, Framing.RAW, 0);
    ConduitListener<StreamSinkConduit> done = _ -> Connectors.terminateResponse(exchange);
    if (!chunked) {
      return new FinishableStreamSinkConduit(raw, done);
    }
    return Boolean.TRUE.equals(exchange.getAttachment(HttpAttachments.PRE_CHUNKED_RESPONSE))
        ? new PreChunkedStreamSinkConduit(raw, done, exchange)
        : new ChunkedStreamSinkConduit(
            raw, connection.getByteBufferPool(), true, false, fields, done, exchange);
  }

  /** Sets Connection according to whether the connection persists (RFC 9112 §9.3, §9.6). */
  private static void setConnection(HttpServerExchange exchange, HeaderMap fields) {
    String connection = fields.getFirst(Headers.CONNECTION);
    if (exchange.getStatusCode() == StatusCodes.EXPECTATION_FAILED) {
      exchange.setPersistent(false); // the client may send the body or not
    }
    if (!exchange.isPersistent()) {
      fields.put(Headers.CONNECTION, Headers.CLOSE.toString());
    } else if (connection != null) {
      exchange.setPersistent(!Headers.CLOSE.equalToString(connection));
    } else if (exchange.isHttp10()) {
      fields.put(Headers.CONNECTION, Headers.KEEP_ALIVE.toString());
    }
  }

  // ---- the head --------------------------------------------------------------------------------

  /** The unsent part of the head; must not be called after {@link #headSent}. */
  private ByteBuffer head() throws IOException {
    ByteBuffer pending = head;
    if (pending == null) {
      pending = connection.head(exchange);
      head = pending;
    }
    return pending;
  }

  /** After a write: copies an unsent rest of the head out of the shared memory. */
  private void keepHead(ByteBuffer pending) {
    if (!pending.hasRemaining()) {
      head = null;
      headSent = true;
    } else if (!headKept) {
      headKept = true;
      head = ByteBuffer.allocate(pending.remaining()).put(pending).flip();
    }
  }

  private boolean sendHead() throws IOException {
    if (!headSent) {
      ByteBuffer pending = head();
      while (pending.hasRemaining() && next.write(pending) > 0) {
        // until the channel accepts no more
      }
      keepHead(pending);
    }
    return headSent;
  }

  /** Writes the head, then the source; returns the number of bytes taken from the source. */
  private int writeBehindHead(ByteBuffer source) throws IOException {
    if (headSent) {
      return next.write(source);
    }
    ByteBuffer pending = head();
    int before = source.remaining();
    next.write(new ByteBuffer[] {pending, source}, 0, 2);
    keepHead(pending);
    return before - source.remaining();
  }

  // ---- the body --------------------------------------------------------------------------------

  private void requireOpen() throws IOException {
    if (ended || done) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    requireOpen();
    int size = source.remaining();
    if (size == 0) {
      return 0;
    }
    if (framing == Framing.BODILESS) {
      source.position(source.limit());
      return size;
    }
    if (framing == Framing.RAW) {
      return writeBehindHead(source);
    }
    if (left == 0) {
      throw new FixedLengthOverflowException();
    }
    int limit = source.limit();
    source.limit((int) Math.min(limit, source.position() + left));
    try {
      int n = writeBehindHead(source);
      left -= n;
      return n;
    } catch (IOException | RuntimeException failure) {
      broken = true;
      throw failure;
    } finally {
      source.limit(limit);
    }
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      if (sources[i].hasRemaining()) {
        total += write(sources[i]);
        if (sources[i].hasRemaining()) {
          break;
        }
      }
    }
    return total;
  }

  @Override
  public int writeFinal(ByteBuffer source) throws IOException {
    return Conduits.writeFinalBasic(this, source);
  }

  @Override
  public long writeFinal(ByteBuffer[] sources, int offset, int length) throws IOException {
    return Conduits.writeFinalBasic(this, sources, offset, length);
  }

  @Override
  public long transferFrom(FileChannel source, long position, long count) throws IOException {
    requireOpen();
    if (count == 0 || framing == Framing.BODILESS) {
      return count;
    }
    if (framing == Framing.FIXED && left == 0) {
      throw new FixedLengthOverflowException();
    }
    try {
      if (!sendHead()) {
        return 0;
      }
      long max = framing == Framing.FIXED ? Math.min(count, left) : count;
      long n = next.transferFrom(source, position, max);
      left -= framing == Framing.FIXED ? n : 0;
      return n;
    } catch (IOException | RuntimeException failure) {
      broken = true;
      throw failure;
    }
  }

  @Override
  public long transferFrom(StreamSourceChannel source, long count, ByteBuffer throughBuffer)
      throws IOException {
    return Conduits.transfer(source, count, throughBuffer, this);
  }

  // ---- the end ---------------------------------------------------------------------------------

  @Override
  public boolean flush() throws IOException {
    if (done) {
      return true;
    }
    if (!sendHead() || !next.flush()) {
      return false;
    }
    if (framing == Framing.FIXED ? left == 0 : framing == Framing.BODILESS && ended) {
      finish();
    }
    return true;
  }

  @Override
  public void terminateWrites() throws IOException {
    if (ended || done) {
      return;
    }
    ended = true;
    if (framing == Framing.FIXED && left > 0) {
      cutOff();
    }
  }

  @Override
  public void truncateWrites() throws IOException {
    if (!done) {
      ended = true;
      cutOff();
    }
  }

  /**
   * Ends the connection, so that the client does not mistake a truncated response for a complete
   * one.
   */
  private void cutOff() throws IOException {
    exchange.setPersistent(false);
    try {
      if (!broken) {
        next.truncateWrites();
      }
    } finally {
      if (framing != Framing.RAW) {
        finish();
      }
    }
  }

  private void finish() {
    done = true;
    Connectors.terminateResponse(exchange);
  }
}
