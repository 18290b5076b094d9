package dev.millrace.http.http2;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.http.exchange.ResponseFraming;
import dev.millrace.http.exchange.ResponseTrailers;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.FixedLengthOverflowException;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.ConduitWritableByteChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.WriteReadyHandler;

/**
 * The response of one exchange: its head, sent with the first byte of the body or at the end, and
 * its body. A body of known length ends with its last byte, any other with an empty frame; with
 * trailers, both end with their block. Loop thread only.
 */
final class StreamSink implements StreamSinkConduit {
  private enum Body {
    /** No body is sent, whatever the head announces. */
    NONE,
    /** The announced length. */
    FIXED,
    /** Any length. */
    OPEN
  }

  private static final HeaderMap NO_TRAILERS = new HeaderMap();

  private final Http2Connection connection;
  private final Http2Stream stream;
  private @Nullable HttpServerExchange exchange;
  private @Nullable WriteReadyHandler handler;
  private Body body = Body.NONE;
  private long left;
  private boolean headSent;
  private boolean ended;
  private boolean done;
  private boolean resumed;
  private @Nullable ResponseTrailers trailers;

  StreamSink(Http2Connection connection, Http2Stream stream) {
    this.connection = connection;
    this.stream = stream;
  }

  /** Determines the framing of the response, whose fields are final. */
  void begin(HttpServerExchange ofStream, @Nullable ResponseTrailers ofResponse) {
    exchange = ofStream;
    var _ = ofStream.getResponseHeaders().remove(Headers.TRANSFER_ENCODING);
    ResponseFraming framing = ResponseFraming.of(ofStream);
    if (framing.bodiless()) {
      body = Body.NONE;
    } else if (framing.lengthBytes() >= 0) {
      body = Body.FIXED;
      left = framing.lengthBytes();
    } else {
      body = Body.OPEN;
    }
    trailers = body == Body.NONE || framing.lengthBytes() == 0 ? null : ofResponse;
  }

  private void requireOpen() throws IOException {
    if (ended || done || stream.closed) {
      throw new ClosedChannelException();
    }
  }

  // ---- sending ---------------------------------------------------------------------------------

  private boolean sendHead() throws IOException {
    HttpServerExchange ofStream = exchange;
    Http2Exchange current = stream.exchange;
    if (!headSent && ofStream != null && current != null) {
      boolean ends = body == Body.NONE || (body == Body.FIXED && left == 0);
      headSent = connection.sender().sendHead(stream, current.head(ofStream), ends);
    }
    return headSent;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    requireOpen();
    int size = source.remaining();
    if (size == 0) {
      return 0;
    }
    if (body == Body.NONE) {
      source.position(source.limit());
      return size;
    }
    if (body == Body.FIXED && left == 0) {
      throw new FixedLengthOverflowException();
    }
    FrameSender sender = connection.sender();
    sender.output().begin();
    try {
      if (stream.file() != null || !sendHead()) {
        return 0;
      }
      int max = body == Body.FIXED ? (int) Math.min(size, left) : size;
      int n = sender.sendData(stream, source, max, endsWithBody() ? left : -1);
      left -= body == Body.FIXED ? n : 0;
      return n;
    } finally {
      sender.output().end();
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

  /**
   * Accepts a whole segment of a {@link DescriptorChannel}, and sends it as the windows open. Any
   * other file is read now.
   */
  @Override
  public long transferFrom(FileChannel source, long position, long count) throws IOException {
    requireOpen();
    if (count == 0 || body == Body.NONE) {
      return count;
    }
    if (!(source instanceof DescriptorChannel file) || !connection.sender().sendsFiles()) {
      return source.transferTo(position, count, new ConduitWritableByteChannel(this));
    }
    if (body == Body.FIXED && left == 0) {
      throw new FixedLengthOverflowException();
    }
    if (stream.file() != null || !sendHead()) {
      return 0;
    }
    long n = body == Body.FIXED ? Math.min(count, left) : count;
    left -= body == Body.FIXED ? n : 0;
    boolean ends = endsWithBody() && left == 0;
    stream.sendFile(file.share(), position, n, ends, _ -> {});
    connection.sender().schedule();
    return n;
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
    if (stream.closed) {
      throw new ClosedChannelException();
    }
    if (!sendHead() || stream.file() != null) {
      return false;
    }
    if (ended && !endsWithBody() && !stream.localEnded && !sendEnd()) {
      return false;
    }
    if (stream.localEnded) {
      finish();
    }
    return true;
  }

  /** Whether the last byte of the body ends the response. */
  private boolean endsWithBody() {
    return body != Body.OPEN && trailers == null;
  }

  /** Sends the end of a response that does not end with its body, once its trailers are known. */
  private boolean sendEnd() {
    ResponseTrailers awaited = trailers;
    HeaderMap fields = awaited == null ? NO_TRAILERS : awaited.fields();
    if (fields == null) {
      return false;
    }
    FrameSender sender = connection.sender();
    return fields.size() == 0
        ? sender.sendEnd(stream)
        : sender.sendHead(stream, connection.loop().blocks().ofTrailers(fields), true);
  }

  @Override
  public void terminateWrites() throws IOException {
    if (ended || done) {
      return;
    }
    ended = true;
    ResponseTrailers awaited = trailers;
    if (body == Body.FIXED && left > 0) {
      cutOff();
    } else if (awaited != null && awaited.fields() == null) {
      awaited.whenKnown(connection.sender()::schedule);
    }
  }

  @Override
  public void truncateWrites() {
    if (!done) {
      ended = true;
      cutOff();
    }
  }

  /**
   * Resets the stream, so that the client does not mistake a truncated response for a whole one.
   */
  private void cutOff() {
    if (!stream.closed) {
      connection.reset(stream, ErrorCode.INTERNAL_ERROR);
    }
    finish();
  }

  private void finish() {
    if (!done) {
      done = true;
      HttpServerExchange ending = exchange;
      if (ending != null) {
        Connectors.terminateResponse(ending);
      }
    }
  }

  @Override
  public boolean isWriteShutdown() {
    return ended || done || stream.closed;
  }

  // ---- readiness -------------------------------------------------------------------------------

  /** Whether the writer waits and would make progress now. */
  boolean canWrite(boolean hasWindow) {
    return resumed
        && stream.file() == null
        && !awaitsTrailers()
        && (!headSent || ended || hasWindow || left == 0);
  }

  /** Whether the writer waits for the client, and not for the trailers. */
  boolean awaitsClient() {
    return resumed && !awaitsTrailers();
  }

  private boolean awaitsTrailers() {
    ResponseTrailers awaited = trailers;
    return ended && awaited != null && awaited.fields() == null;
  }

  /** Calls the writer. */
  void fire() {
    WriteReadyHandler current = handler;
    if (current != null) {
      current.writeReady();
    }
  }

  @Override
  public void resumeWrites() {
    resumed = true;
    connection.sender().schedule();
  }

  @Override
  public void suspendWrites() {
    resumed = false;
  }

  @Override
  public void wakeupWrites() {
    resumed = true;
    connection.execute(() -> {
      if (resumed) {
        fire();
      }
    });
  }

  @Override
  public boolean isWriteResumed() {
    return resumed;
  }

  /** Throws: the loop thread must not wait. */
  @Override
  public void awaitWritable() throws IOException {
    throw new IOException("a stream is written by its loop thread, which must not wait");
  }

  @Override
  public void awaitWritable(long time, TimeUnit unit) throws IOException {
    awaitWritable();
  }

  @Override
  public XnioIoThread getWriteThread() {
    return connection.channel().getIoThread();
  }

  @Override
  public void setWriteReadyHandler(WriteReadyHandler writeHandler) {
    handler = writeHandler;
  }

  @Override
  public XnioWorker getWorker() {
    return connection.channel().getWorker();
  }
}
