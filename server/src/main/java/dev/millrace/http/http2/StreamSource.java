package dev.millrace.http.http2;

import dev.millrace.http.exchange.ByteQueue;
import dev.millrace.http.exchange.RequestTrailers;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.ConduitReadableByteChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/**
 * The body of one request. Received bytes wait here, bounded by the stream's window, which reading
 * opens again. The first read sends 100 (Continue) if the client awaits it. Loop thread only.
 */
final class StreamSource implements StreamSourceConduit {
  private static final HeaderMap NO_FIELDS = new HeaderMap();

  private final Http2Connection connection;
  private final Http2Stream stream;
  private final ByteQueue received = new ByteQueue();
  private @Nullable HttpServerExchange exchange;
  private @Nullable ReadReadyHandler handler;
  private boolean awaitsContinue;
  private boolean resumed;
  private boolean over;
  private boolean abandoned;
  private boolean firing;

  StreamSource(Http2Connection connection, Http2Stream stream) {
    this.connection = connection;
    this.stream = stream;
  }

  /** The exchange whose request ends with the body. */
  void begin(HttpServerExchange ofStream, boolean expectsContinue) {
    exchange = ofStream;
    awaitsContinue = expectsContinue;
    over = ofStream.isRequestComplete();
  }

  boolean awaitsContinue() {
    return awaitsContinue;
  }

  // ---- receiving -------------------------------------------------------------------------------

  /** Adds content of a DATA frame. */
  void add(byte[] bytes, int from, int length) {
    awaitsContinue = false;
    if (over) {
      connection.consumed(stream, length);
    } else {
      received.add(bytes, from, length);
    }
  }

  /** The trailer fields of the request. */
  void received(RequestTrailers trailers) {
    HttpServerExchange current = exchange;
    if (current != null) {
      trailers.attachTo(current);
    }
  }

  /** The content, or its end, can be read. */
  void arrived() {
    if (resumed) {
      fire();
    }
  }

  private boolean isReadable() {
    return over || stream.closed || stream.remoteEnded || !received.isEmpty();
  }

  private void fire() {
    ReadReadyHandler current = handler;
    if (current != null) {
      current.readReady();
    }
    if (resumed && isReadable() && !firing && current != null) {
      firing = true;
      connection.execute(this::fireAgain);
    }
  }

  private void fireAgain() {
    firing = false;
    if (resumed && isReadable()) {
      fire();
    }
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
    if (stream.closed) {
      throw new ClosedChannelException();
    }
    if (received.isEmpty()) {
      if (stream.remoteEnded) {
        end();
        return -1;
      }
      sendContinue();
      return 0;
    }
    int n = received.moveTo(into, Integer.MAX_VALUE);
    connection.consumed(stream, n);
    if (received.isEmpty() && stream.remoteEnded) {
      end();
    }
    return n;
  }

  private void sendContinue() {
    if (awaitsContinue) {
      awaitsContinue = false;
      connection.sender().sendInterim(stream, 100, NO_FIELDS);
    }
  }

  private void end() {
    over = true;
    HttpServerExchange ending = exchange;
    if (ending != null) {
      Connectors.terminateRequest(ending);
    }
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

  // ---- the end and readiness -------------------------------------------------------------------

  /** The handler reads no more: content is discarded from now on. */
  @Override
  public void terminateReads() {
    if (!over) {
      awaitsContinue = false;
      abandoned = true;
      connection.consumed(stream, received.size());
      received.clear();
      end();
    }
  }

  @Override
  public boolean isReadShutdown() {
    return over;
  }

  @Override
  public void resumeReads() {
    resumed = true;
    if (isReadable()) {
      wakeupReads();
    } else {
      sendContinue();
    }
  }

  @Override
  public void suspendReads() {
    resumed = false;
  }

  @Override
  public void wakeupReads() {
    resumed = true;
    if (!firing) {
      firing = true;
      connection.execute(() -> {
        firing = false;
        if (resumed) {
          fire();
        }
      });
    }
  }

  @Override
  public boolean isReadResumed() {
    return resumed;
  }

  /** Throws: the loop thread must not wait. */
  @Override
  public void awaitReadable() throws IOException {
    throw new IOException("a stream is read by its loop thread, which must not wait");
  }

  @Override
  public void awaitReadable(long time, TimeUnit unit) throws IOException {
    awaitReadable();
  }

  @Override
  public XnioIoThread getReadThread() {
    return connection.channel().getIoThread();
  }

  @Override
  public void setReadReadyHandler(ReadReadyHandler readHandler) {
    handler = readHandler;
  }

  @Override
  public XnioWorker getWorker() {
    return connection.channel().getWorker();
  }
}
