package dev.millrace.http.http2;

import dev.millrace.cache.CachedStreamResponses;
import dev.millrace.files.ReadBuffers;
import dev.millrace.files.RingReads;
import dev.millrace.http.exchange.EngineLoop;
import dev.millrace.http.hpack.HpackDecoder;
import dev.millrace.http.hpack.HpackScratch;
import dev.millrace.http.parser.HeadParser;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.StreamConnection;

/** Creates the HTTP/2 connections of one loop and holds their shared state. Loop thread only. */
public final class Http2Loop implements ChannelListener<StreamConnection> {
  private static final int FILE_SCRATCH_BYTES = 2 * Frames.MAX_PAYLOAD_BYTES;

  private final EngineLoop engine;
  private final Http2Limits limits;
  private final Http2Stats stats;
  private final LongSupplier nowNanos;
  private final Function<StreamConnection, @Nullable CachedStreamResponses> caches;
  private final ReadBuffers buffers;
  private final @Nullable RingReads reads;
  private final HeadParser parser;
  private final RequestBuilder requests = new RequestBuilder();
  private final HpackScratch hpackScratch = new HpackScratch();
  private final ResponseBlock blocks = new ResponseBlock();
  private final FrameOutput.OutputBuffer outputBuffer = new FrameOutput.OutputBuffer();
  private final MemorySegment fileScratch = Arena.ofAuto().allocate(FILE_SCRATCH_BYTES, 4096);
  private final Set<Http2Connection> open = new LinkedHashSet<>();

  /**
   * @param nowNanos start of the loop's turn, as {@link System#nanoTime}
   * @param caches returns the cached responses for a connection, or null
   * @param buffers for pieces of files that are not resident
   * @param reads reads them; null if there is no ring
   */
  public Http2Loop(
      EngineLoop engine,
      Http2Limits limits,
      Http2Stats stats,
      LongSupplier nowNanos,
      Function<StreamConnection, @Nullable CachedStreamResponses> caches,
      ReadBuffers buffers,
      @Nullable RingReads reads) {
    this.engine = engine;
    this.limits = limits;
    this.stats = stats;
    this.nowNanos = nowNanos;
    this.caches = caches;
    this.buffers = buffers;
    this.reads = reads;
    this.parser = new HeadParser(engine.limits());
  }

  /** Starts a new connection; nothing must have been read from it. */
  @Override
  public void handleEvent(StreamConnection connection) {
    start(connection, ByteBuffer.allocate(0));
  }

  /**
   * Starts a connection.
   *
   * @param received its first bytes, which were received already
   */
  public void start(StreamConnection connection, ByteBuffer received) {
    Http2Connection created =
        new Http2Connection(this, connection, caches.apply(connection), nowNanos());
    open.add(created);
    created.start(received);
  }

  /** Ends the connections and streams that are too slow. Called about once a second. */
  public void sweep() {
    for (Http2Connection each : open.toArray(Http2Connection[]::new)) {
      each.sweep();
    }
  }

  /** Tells the clients that the server is about to stop (RFC 9113 §6.8). */
  public void drain() {
    for (Http2Connection each : open.toArray(Http2Connection[]::new)) {
      each.drain();
    }
  }

  void closed(Http2Connection connection) {
    open.remove(connection);
  }

  EngineLoop engine() {
    return engine;
  }

  Http2Limits limits() {
    return limits;
  }

  Http2Stats stats() {
    return stats;
  }

  long nowNanos() {
    return nowNanos.getAsLong();
  }

  ReadBuffers buffers() {
    return buffers;
  }

  @Nullable RingReads reads() {
    return reads;
  }

  HeadParser parser() {
    return parser;
  }

  RequestBuilder requests() {
    return requests;
  }

  HpackDecoder newDecoder() {
    return new HpackDecoder(limits.tableBytes(), engine.limits().headBytes(), hpackScratch);
  }

  ResponseBlock blocks() {
    return blocks;
  }

  FrameOutput.OutputBuffer outputBuffer() {
    return outputBuffer;
  }

  /** For pieces of files; valid within a call. */
  MemorySegment fileScratch() {
    return fileScratch;
  }
}
