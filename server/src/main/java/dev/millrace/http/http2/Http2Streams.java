package dev.millrace.http.http2;

import dev.millrace.cache.CachedStreamResponses;
import dev.millrace.http.hpack.HpackDecoder;
import dev.millrace.http.hpack.HpackException;
import dev.millrace.http.http2.Http2Stats.Count;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * The streams of one connection: what a valid frame means for them (RFC 9113 §5.1, §6). Loop thread
 * only.
 */
final class Http2Streams implements FrameListener {
  private final Http2Loop loop;
  private final Http2Connection connection;
  private final StreamTable table;
  private final HpackDecoder decoder;
  private final Requests requests;
  private final FloodGuard floods;
  private final long startedNanos;
  private int lastStream;

  // The last gap between two identifiers, exclusive. A stream in it has never been open.
  private int skipped;
  private int skippedTo;
  private int initialWindow = Frames.INITIAL_WINDOW;
  private final ReceiveWindow window;
  private long windowUpdates;
  private boolean acknowledged;
  private final RecentResets resets = new RecentResets();

  Http2Streams(
      Http2Loop loop,
      Http2Connection connection,
      StreamTable table,
      @Nullable CachedStreamResponses cache,
      long nowNanos) {
    this.loop = loop;
    this.connection = connection;
    this.table = table;
    this.decoder = loop.newDecoder();
    this.requests = new Requests(loop, connection, this, cache);
    this.floods = new FloodGuard(loop.stats());
    this.window = new ReceiveWindow(connection);
    this.startedNanos = nowNanos;
    loop.stats().add(Count.CONNECTIONS);
  }

  /** The identifier of the last request. */
  int lastStream() {
    return lastStream;
  }

  int initialWindow() {
    return initialWindow;
  }

  StreamTable table() {
    return table;
  }

  /** Whether the client has not acknowledged SETTINGS in time: that of a request head. */
  boolean isUnacknowledged(long nowNanos) {
    return !acknowledged
        && nowNanos - startedNanos > loop.engine().limits().headTimeout().toNanos();
  }

  // ---- requests --------------------------------------------------------------------------------

  @Override
  public void onHeaders(int id, byte[] block, int from, int to, boolean endStream)
      throws Http2Exception {
    if ((id & 1) == 0) {
      throw Http2Exception.protocol("a client's stream has an odd identifier");
    }
    Http2Stream existing = table.get(id);
    boolean isNew = id > lastStream;
    RequestBuilder request = loop.requests();
    request.begin(!isNew);
    boolean within = decode(block, from, to);
    if (isNew) {
      skipped = id > lastStream + 2 ? lastStream : skipped;
      skippedTo = id > lastStream + 2 ? id : skippedTo;
      lastStream = id;
      open(id, request, within, endStream);
    } else if (existing == null && id > skipped && id < skippedTo) {
      throw Http2Exception.protocol("a new stream whose identifier is not the highest"); // §5.1.1
    } else if (existing == null) {
      requireReset(id);
    } else if (existing.remoteEnded) {
      streamError(existing, ErrorCode.STREAM_CLOSED);
    } else if (!endStream || !request.finish() || !within) {
      malformed(existing);
    } else {
      existing.received(request.keptTrailers());
      remoteEnded(existing);
    }
  }

  private boolean decode(byte[] block, int from, int to) throws Http2Exception {
    try {
      return decoder.decode(block, from, to, loop.requests());
    } catch (HpackException wrong) {
      throw new Http2Exception(ErrorCode.COMPRESSION_ERROR, String.valueOf(wrong.getMessage()));
    }
  }

  private void open(int id, RequestBuilder request, boolean within, boolean endStream)
      throws Http2Exception {
    loop.stats().add(Count.STREAMS);
    if (!connection.acceptsRequests()) {
      connection.sender().control().reset(id, ErrorCode.REFUSED_STREAM);
      resets.add(id);
    } else if (table.count() >= loop.limits().streams()) {
      floods.count(Flood.REFUSED_STREAMS, loop.nowNanos());
      connection.sender().control().reset(id, ErrorCode.REFUSED_STREAM);
      resets.add(id);
    } else if (!within) {
      requests.refuseTooLarge(id, request, endStream);
    } else if (!request.finish() || !requests.begin(id, request, endStream)) {
      loop.stats().add(Count.MALFORMED);
      onStreamError(id, ErrorCode.PROTOCOL_ERROR);
    } else {
      loop.engine().connections().touch(connection);
    }
  }

  private void malformed(Http2Stream stream) throws Http2Exception {
    loop.stats().add(Count.MALFORMED);
    streamError(stream, ErrorCode.PROTOCOL_ERROR);
  }

  // ---- content ---------------------------------------------------------------------------------

  @Override
  public void onData(int id, byte[] bytes, int from, int to, int flowBytes, boolean endStream)
      throws Http2Exception {
    window.receive(flowBytes);
    Http2Stream stream = table.get(id);
    if (stream == null) {
      requireReset(id);
      window.giveBack(flowBytes);
      return;
    }
    int length = to - from;
    window.giveBack(flowBytes - length);
    stream.receiveWindow -= flowBytes;
    stream.receivedBytes += length;
    if (stream.remoteEnded) {
      window.giveBack(length);
      streamError(stream, ErrorCode.STREAM_CLOSED);
    } else if (stream.receiveWindow < 0) {
      window.giveBack(length);
      streamError(stream, ErrorCode.FLOW_CONTROL_ERROR);
    } else if (stream.contentLength >= 0 && stream.receivedBytes > stream.contentLength) {
      window.giveBack(length);
      malformed(stream);
    } else {
      stream.unreturnedBytes += flowBytes - length;
      Http2Exchange exchange = stream.exchange;
      if (exchange != null) {
        exchange.source().add(bytes, from, length);
      }
      if (endStream) {
        remoteEnded(stream);
      } else if (exchange != null && length > 0) {
        exchange.source().arrived();
      }
    }
  }

  private void remoteEnded(Http2Stream stream) throws Http2Exception {
    if (stream.contentLength >= 0 && stream.receivedBytes != stream.contentLength) {
      malformed(stream);
      return;
    }
    stream.remoteEnded = true;
    Http2Exchange exchange = stream.exchange;
    if (exchange != null) {
      exchange.source().arrived();
    }
    closeIfEnded(stream);
  }

  /** Content was read, or discarded: opens the windows again. */
  void consumed(Http2Stream stream, int bytes) {
    window.giveBack(bytes);
    stream.unreturnedBytes += bytes;
    if (stream.unreturnedBytes >= ReceiveWindow.RETURN_BYTES
        && !stream.remoteEnded
        && !stream.closed) {
      connection.sender().control().windowUpdate(stream.id(), stream.unreturnedBytes);
      stream.receiveWindow += stream.unreturnedBytes;
      stream.unreturnedBytes = 0;
      connection.sender().schedule();
    }
  }

  // ---- control frames --------------------------------------------------------------------------

  @Override
  public void onReset(int id) throws Http2Exception {
    requireNotIdle(id);
    floods.count(Flood.RESETS, loop.nowNanos());
    Http2Stream stream = table.get(id);
    if (stream != null) {
      loop.stats().add(Count.CLIENT_RESETS);
      close(stream);
    }
  }

  @Override
  public void onSetting(int parameter, int value) throws Http2Exception {
    if (parameter != Frames.SETTING_INITIAL_WINDOW_SIZE) {
      return;
    }
    long difference = (long) value - initialWindow;
    initialWindow = value;
    for (Http2Stream stream : table.all()) {
      long window = stream.sendWindow + difference;
      if (window > Frames.MAX_WINDOW) {
        throw new Http2Exception(ErrorCode.FLOW_CONTROL_ERROR, "a window beyond 2^31-1");
      }
      stream.sendWindow = (int) window; // at least -(2^31-1)
    }
  }

  @Override
  public void onSettingsEnd() throws Http2Exception {
    connection.sender().control().settingsAck();
    requireReader();
  }

  @Override
  public void onSettingsAck() throws Http2Exception {
    if (acknowledged) {
      onIdleFrame(Flood.SETTINGS);
    }
    acknowledged = true;
  }

  @Override
  public void onPing(byte[] bytes, int from) throws Http2Exception {
    floods.count(Flood.PINGS, loop.nowNanos());
    connection.sender().control().pingAck(bytes, from);
    requireReader();
  }

  private void requireReader() throws Http2Exception {
    if (connection.sender().control().isOverloaded()) {
      floods.count(Flood.UNREAD_ANSWERS, loop.nowNanos());
    }
  }

  @Override
  public void onGoAway() {} // the client opens no more streams, and ends the connection itself

  @Override
  public void onWindowUpdate(int id, int increment) throws Http2Exception {
    // Each DATA frame justifies two: of its stream and of the connection.
    long unjustified = ++windowUpdates - 2 * connection.sender().dataFrames();
    if (unjustified > Flood.WINDOW_UPDATES.bound()) {
      loop.stats().flooded(Flood.WINDOW_UPDATES);
      throw new Http2Exception(ErrorCode.ENHANCE_YOUR_CALM, "too many window updates");
    }
    if (id == 0) {
      if (!connection.sender().open(increment)) {
        throw new Http2Exception(ErrorCode.FLOW_CONTROL_ERROR, "a window beyond 2^31-1");
      }
      return;
    }
    requireNotIdle(id);
    Http2Stream stream = table.get(id);
    if (stream == null) {
      return; // it may have been under way when the stream closed
    }
    if (stream.sendWindow > Frames.MAX_WINDOW - increment) {
      streamError(stream, ErrorCode.FLOW_CONTROL_ERROR);
    } else {
      stream.sendWindow += increment;
    }
  }

  @Override
  public void onPriorityUpdate(int id, byte[] bytes, int from, int to) throws Http2Exception {
    floods.count(Flood.PRIORITIES, loop.nowNanos());
    Http2Stream stream = table.get(id);
    if (stream != null) {
      stream.urgency(RequestBuilder.urgency(bytes, from, to, stream.urgency()));
    }
  }

  @Override
  public void onIdleFrame(Flood kind) throws Http2Exception {
    floods.count(kind, loop.nowNanos());
  }

  @Override
  public void onStreamError(int id, ErrorCode code) throws Http2Exception {
    if (id > lastStream || (id & 1) == 0) {
      throw new Http2Exception(code, "an invalid frame for a stream that is not open");
    }
    Http2Stream stream = table.get(id);
    if (stream != null) {
      streamError(stream, code);
    } else {
      floods.count(Flood.STREAM_ERRORS, loop.nowNanos());
      sendReset(id, code);
    }
  }

  private void requireNotIdle(int id) throws Http2Exception {
    if (id > lastStream || (id & 1) == 0) {
      throw Http2Exception.protocol("a frame for an idle stream");
    }
  }

  /** A frame for a closed stream is an error unless the server has just reset the stream. */
  private void requireReset(int id) throws Http2Exception {
    requireNotIdle(id);
    floods.count(Flood.CLOSED_STREAMS, loop.nowNanos());
    if (!resets.contains(id)) {
      throw new Http2Exception(ErrorCode.STREAM_CLOSED, "a frame for a closed stream");
    }
  }

  // ---- ends of streams -------------------------------------------------------------------------

  private void streamError(Http2Stream stream, ErrorCode code) throws Http2Exception {
    floods.count(Flood.STREAM_ERRORS, loop.nowNanos());
    reset(stream, code);
  }

  /** Resets a stream. */
  void reset(Http2Stream stream, ErrorCode code) {
    if (!stream.closed) {
      sendReset(stream.id(), code);
      close(stream);
    }
  }

  private void sendReset(int id, ErrorCode code) {
    loop.stats().add(Count.SERVER_RESETS);
    connection.sender().control().reset(id, code);
    resets.add(id);
    connection.sender().schedule();
  }

  /** Both directions of a stream have ended, or it is reset: its exchange ends. */
  private void close(Http2Stream stream) {
    if (stream.closed) {
      return;
    }
    stream.closed = true;
    table.remove(stream);
    stream.releaseFile();
    connection.sender().forget(stream);
    Http2Exchange exchange = stream.exchange;
    if (exchange != null) {
      IoUtils.safeClose(exchange);
    }
  }

  /** The server has sent END_STREAM. */
  void localEnded(Http2Stream stream) {
    if (stream.exchange == null) {
      closeIfEnded(stream);
    }
  }

  /** The exchange of a stream has completed. */
  void completed(Http2Stream stream) {
    if (stream.closed) {
      return;
    }
    if (!stream.localEnded) {
      reset(stream, ErrorCode.INTERNAL_ERROR); // the response was cut off
      return;
    }
    stream.exchange = null;
    if (!stream.remoteEnded) {
      reset(stream, ErrorCode.NO_ERROR); // the rest of the content is not needed (§8.1)
    } else {
      closeIfEnded(stream);
    }
  }

  private void closeIfEnded(Http2Stream stream) {
    if (stream.localEnded && stream.remoteEnded && stream.exchange == null) {
      close(stream);
    }
  }

  /** The channel of a stream closes; unless the stream has ended, its handler has closed it. */
  void left(Http2Stream stream) {
    Http2Exchange exchange = stream.exchange;
    if (exchange != null) {
      exchange.abort();
    }
    reset(stream, ErrorCode.INTERNAL_ERROR);
  }

  /** Resets the streams whose client has not let them send for too long. */
  void resetStalled(long nowNanos) {
    SlowStreams.resetStalled(loop, connection, table, nowNanos);
  }

  /** Closes all streams, because the connection ends. */
  void abortAll() {
    for (Http2Stream stream : table.all()) {
      close(stream);
    }
  }
}
