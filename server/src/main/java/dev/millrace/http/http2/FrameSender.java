package dev.millrace.http.http2;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.file.PageCache;
import dev.millrace.files.RingReads;
import dev.millrace.sync.Errno;
import io.undertow.util.HeaderMap;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends the frames of one connection, within its windows: control frames first, then the streams in
 * the order of {@link StreamTable#next}. Loop thread only.
 *
 * <p>{@link #pump} sends until no stream can, or until the output is full; then it runs again when
 * the output has room. A file is read when its bytes are sent, from the page cache. What is not
 * resident is read by the ring, for one stream of a connection at a time.
 */
final class FrameSender {
  /** Bytes that a stream sends before it is the next one's turn: two frames. */
  private static final int TURN_BYTES = 2 * Frames.MAX_PAYLOAD_BYTES;

  /**
   * A smaller frame waits for a larger window, unless it is the last one. It is sent to a client
   * whose windows begin smaller, and counted.
   */
  private static final int SMALL_BYTES = 64;

  /** How long it waits: a client may open a window only when all of it is used. */
  private static final long SMALL_NANOS = 500_000_000L;

  private final Http2Loop loop;
  private final Http2Connection connection;
  private final FrameOutput output;
  private final StreamTable streams;
  private final ControlFrames control = new ControlFrames();
  private int window = Frames.INITIAL_WINDOW;
  private final Predicate<Http2Stream> canSend = this::canSend;
  private long dataFrames;
  private long run = 1;
  private boolean pumping;
  private boolean scheduled;

  /** What the ring reads or has read; null if there is nothing. */
  private @Nullable ColdPiece cold;

  FrameSender(Http2Loop loop, Http2Connection connection, StreamTable streams) {
    this.loop = loop;
    this.connection = connection;
    this.streams = streams;
    this.output =
        new FrameOutput(
            loop.outputBuffer(),
            connection.channel().getSinkChannel().getConduit(),
            this::roomAgain);
  }

  FrameOutput output() {
    return output;
  }

  /** The control frames to send, before all others. */
  ControlFrames control() {
    return control;
  }

  /** Number of DATA frames and complete cached responses that were sent. */
  long dataFrames() {
    return dataFrames;
  }

  /** Whether segments of files can be sent; without a ring the loop thread would wait. */
  boolean sendsFiles() {
    return loop.reads() != null;
  }

  // ---- windows ---------------------------------------------------------------------------------

  /**
   * Opens the connection's window.
   *
   * @return false if it would exceed its maximum
   */
  boolean open(int increment) {
    if (window > Frames.MAX_WINDOW - increment) {
      return false;
    }
    window += increment;
    return true;
  }

  /** How much of so many bytes a stream may send now. */
  private int available(Http2Stream stream, long wanted) {
    int n = (int) Math.min(wanted, Math.min(window, stream.sendWindow));
    boolean waits =
        n < SMALL_BYTES
            && n < wanted
            && connection.initialWindow() >= 2 * SMALL_BYTES
            && loop.nowNanos() - stream.progressNanos < SMALL_NANOS;
    return waits ? 0 : Math.max(0, n);
  }

  boolean hasWindow(Http2Stream stream) {
    long wanted = stream.file() == null ? Frames.MAX_PAYLOAD_BYTES : stream.fileLeft();
    return available(stream, wanted) > 0;
  }

  // ---- responses -------------------------------------------------------------------------------

  /**
   * Sends a complete response from memory, if it fits into the windows and the output now.
   *
   * @param streamWindow the stream's window
   */
  boolean sendWhole(
      int stream,
      int streamWindow,
      MemorySegment head,
      int headBytes,
      MemorySegment body,
      int bytes) {
    boolean fits = bytes <= Math.min(window, streamWindow) && bytes <= Frames.MAX_PAYLOAD_BYTES;
    if (!fits || !output.hasRoom(headBytes + bytes + 2 * Frames.HEADER_BYTES)) {
      return false;
    }
    output.begin();
    int flags = Frames.END_HEADERS | (bytes == 0 ? Frames.END_STREAM : 0);
    output.addHeader(headBytes, Frames.HEADERS, flags, stream);
    output.add(head, 0, headBytes);
    if (bytes > 0) {
      output.addHeader(bytes, Frames.DATA, Frames.END_STREAM, stream);
      output.add(body, 0, bytes);
      window -= bytes;
    }
    dataFrames++;
    output.end();
    return true;
  }

  /** Sends a header block that precedes a file, if the output has room. */
  boolean sendHead(int stream, MemorySegment head, int headBytes) {
    if (!output.hasRoom(headBytes + Frames.HEADER_BYTES)) {
      return false;
    }
    output.begin();
    output.addHeader(headBytes, Frames.HEADERS, Frames.END_HEADERS, stream);
    output.add(head, 0, headBytes);
    output.end();
    return true;
  }

  /**
   * Sends a header block, in as many frames as it needs.
   *
   * @return false if the output has no room for it now
   */
  boolean sendHead(Http2Stream stream, ByteBuffer block, boolean endStream) {
    int left = block.remaining();
    if (!output.hasRoom(left + Frames.HEADER_BYTES)) {
      return false;
    }
    output.begin();
    MemorySegment bytes = MemorySegment.ofBuffer(block);
    int at = 0;
    int type = Frames.HEADERS;
    int flags = endStream ? Frames.END_STREAM : 0;
    do {
      int n = Math.min(left, Frames.MAX_PAYLOAD_BYTES);
      left -= n;
      output.addHeader(n, type, flags | (left == 0 ? Frames.END_HEADERS : 0), stream.id());
      output.add(bytes, at, n);
      at += n;
      type = Frames.CONTINUATION;
      flags = 0;
    } while (left > 0);
    progress(stream, 0);
    output.end();
    if (endStream) {
      ended(stream);
    }
    return true;
  }

  void sendInterim(Http2Stream stream, int status, HeaderMap fields) {
    var _ = sendHead(stream, loop.blocks().ofInterim(status, fields), false);
  }

  /**
   * Sends bytes of a body.
   *
   * @param left bytes left of a body of known length; -1 if it is not known
   * @return the number of bytes sent; 0 if the stream must wait
   */
  int sendData(Http2Stream stream, ByteBuffer source, int max, long left) throws IOException {
    if (output.isBroken()) {
      throw new IOException("the connection is broken");
    }
    if (stream.turnBytes >= TURN_BYTES && streams.count() > 1) {
      return 0;
    }
    int n = available(stream, Math.min(max, Frames.MAX_PAYLOAD_BYTES));
    if (n == 0 || !output.hasRoom(n + Frames.HEADER_BYTES)) {
      return 0;
    }
    output.begin();
    boolean last = n == left;
    output.addHeader(n, Frames.DATA, last ? Frames.END_STREAM : 0, stream.id());
    output.add(MemorySegment.ofBuffer(source), 0, n);
    source.position(source.position() + n);
    sent(stream, n, !last && n < max);
    output.end();
    if (last) {
      ended(stream);
    }
    return n;
  }

  /** Ends a stream that did not end with its last byte. */
  boolean sendEnd(Http2Stream stream) {
    if (!output.hasRoom(Frames.HEADER_BYTES)) {
      return false;
    }
    output.begin();
    output.addHeader(0, Frames.DATA, Frames.END_STREAM, stream.id());
    progress(stream, 0);
    output.end();
    ended(stream);
    return true;
  }

  /**
   * @param more whether the stream has more to send
   */
  private void sent(Http2Stream stream, int bytes, boolean more) {
    window -= bytes;
    stream.sendWindow -= bytes;
    dataFrames++;
    progress(stream, bytes);
    if (more && bytes < SMALL_BYTES && connection.initialWindow() < 2 * SMALL_BYTES) {
      connection.countSmallFrame();
    }
  }

  private void progress(Http2Stream stream, int bytes) {
    stream.turnBytes += bytes;
    stream.sentBytes += bytes;
    stream.skippedIn = 0;
    stream.progressNanos = loop.nowNanos();
  }

  private void ended(Http2Stream stream) {
    stream.localEnded = true;
    connection.localEnded(stream);
  }

  // ---- the pump --------------------------------------------------------------------------------

  /** Runs {@link #pump} soon, unless it runs already. */
  void schedule() {
    if (!pumping && !scheduled && !connection.isReceiving()) {
      scheduled = true;
      try {
        connection.channel().getIoThread().execute(this::roomAgain);
      } catch (RejectedExecutionException stopping) {
        scheduled = false; // the worker closes the connection
      }
    }
  }

  private void roomAgain() {
    scheduled = false;
    pump();
    connection.pumped();
  }

  /** Sends what can be sent now. */
  void pump() {
    if (pumping || connection.isClosed()) {
      return;
    }
    pumping = true;
    run++;
    output.begin();
    try {
      while (true) {
        control.sendTo(output);
        if (!output.hasRoom(Frames.MAX_PAYLOAD_BYTES + Frames.HEADER_BYTES)) {
          output.awaitRoom();
          return;
        }
        Http2Stream stream = streams.next(canSend);
        if (stream == null) {
          return;
        }
        stream.turnBytes = 0;
        stream.skippedIn = run;
        Http2Exchange exchange = stream.exchange;
        if (stream.file() != null) {
          sendFile(stream);
        } else if (exchange != null) {
          exchange.sink().fire();
        }
      }
    } finally {
      pumping = false;
      output.end();
    }
  }

  private boolean canSend(Http2Stream stream) {
    if (stream.skippedIn == run) {
      return false;
    }
    if (stream.file() != null) {
      return hasWindow(stream) && (cold == null || !cold.isReading());
    }
    Http2Exchange exchange = stream.exchange;
    return exchange != null && exchange.sink().canWrite(hasWindow(stream));
  }

  /** Whether a stream can send, or wait for its handler, without another frame of the client. */
  boolean canProgress() {
    for (Http2Stream stream : streams.all()) {
      if (stream.remoteEnded && (hasWindow(stream) || !hasPending(stream))) {
        return true;
      }
    }
    return !output.isWritten();
  }

  /** Whether a stream waits for the window or for its file. */
  boolean hasPending(Http2Stream stream) {
    Http2Exchange exchange = stream.exchange;
    return stream.file() != null || (exchange != null && exchange.sink().awaitsClient());
  }

  // ---- files -----------------------------------------------------------------------------------

  private void sendFile(Http2Stream stream) {
    DescriptorChannel file = stream.file();
    int wanted = Math.min(TURN_BYTES, available(stream, stream.fileLeft()));
    if (file == null) {
      return;
    }
    ColdPiece read = cold;
    if (read != null && stream == read.stream()) {
      int n = Math.min(wanted, read.left());
      sendFile(stream, read.memory(), read.at(), n);
      read.advance(n);
      if (read.left() == 0) {
        releaseCold();
      }
      return;
    }
    MemorySegment scratch = loop.fileScratch();
    long n = PageCache.read(file.descriptor(), scratch, wanted, stream.filePosition());
    if (n > 0) {
      sendFile(stream, scratch, 0, (int) n);
    } else if (n == -Errno.EAGAIN || n == -Errno.EOPNOTSUPP) {
      readCold(stream, file);
    } else {
      connection.reset(stream, ErrorCode.INTERNAL_ERROR); // unreadable, or truncated
    }
  }

  private void sendFile(Http2Stream stream, MemorySegment bytes, int from, int length) {
    int at = 0;
    while (at < length) {
      int n = Math.min(length - at, Frames.MAX_PAYLOAD_BYTES);
      boolean last = stream.endsAfter(n);
      output.addHeader(n, Frames.DATA, last ? Frames.END_STREAM : 0, stream.id());
      output.add(bytes, (long) from + at, n);
      at += n;
      sent(stream, n, n < stream.fileLeft());
      stream.advanceFile(n);
      if (last) {
        ended(stream);
      }
    }
  }

  /** Has the ring read the next piece of a file, unless it reads for another stream. */
  private void readCold(Http2Stream stream, DescriptorChannel file) {
    RingReads reads = loop.reads();
    if (cold == null && reads != null) {
      long wanted = available(stream, stream.fileLeft());
      cold = new ColdPiece(stream, file, wanted, loop.buffers());
      cold.read(reads, this::wasRead);
    }
  }

  private void wasRead(ColdPiece piece) {
    Http2Stream stream = piece.stream();
    if (stream.closed || piece.left() == 0) {
      releaseCold();
      if (!stream.closed) {
        connection.reset(stream, ErrorCode.INTERNAL_ERROR); // unreadable, or truncated
      }
    }
    roomAgain();
  }

  private void releaseCold() {
    if (cold != null) {
      cold.release();
      cold = null;
    }
  }

  /** A stream has closed: releases what was read for it. */
  void forget(Http2Stream stream) {
    if (cold != null && cold.stream() == stream && !cold.isReading()) {
      releaseCold();
    }
  }
}
