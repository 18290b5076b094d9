package dev.millrace.http.http1;

import dev.millrace.cache.CachedResponseInterceptor;
import dev.millrace.http.exchange.ByteQueue;
import dev.millrace.http.exchange.ConnectionLife;
import dev.millrace.http.exchange.RequestGate;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.ParseStatus;
import dev.millrace.http.parser.RejectReason;
import dev.millrace.transport.DirectOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Reads the request heads of one connection. The response cache responds where it can; the first
 * other request is passed to the connection, and the bytes after it are held. Loop thread only.
 */
final class RequestReader {
  /** Pipelined requests that are answered before other connections have their turn: about 50 µs. */
  private static final int PIPELINED_A_TURN = 32;

  /** With more bytes unsent, no further request is answered: small responses share small chunks. */
  private static final int MAX_UNSENT_BYTES = 16 << 10;

  private final Http1Loop loop;
  private final Http1Connection connection;
  private final StreamConnection channel;
  private final StreamSourceConduit source;
  private final @Nullable DirectOutput output;
  private final @Nullable CachedResponseInterceptor cache;

  /** Bytes received and not processed. */
  private final ByteQueue held = new ByteQueue();

  /**
   * The parser that has processed the held bytes, a partial head; null if no partial head is held.
   */
  private @Nullable HeadParser partial;

  /** Whether no request was complete yet, so that the connection may turn out to be HTTP/2. */
  private boolean first = true;

  private final ConnectionLife life;
  private RequestGate.Verdict verdict = RequestGate.Verdict.PASS;
  private boolean spent;

  /** Limits the time until a head is complete. */
  private XnioExecutor.@Nullable Key timer;

  RequestReader(
      Http1Loop loop,
      Http1Connection connection,
      StreamConnection channel,
      @Nullable CachedResponseInterceptor cache) {
    this.loop = loop;
    this.connection = connection;
    this.channel = channel;
    this.source = channel.getSourceChannel().getConduit();
    this.output =
        channel.getSinkChannel().getConduit() instanceof DirectOutput direct ? direct : null;
    this.cache = cache;
    this.life = new ConnectionLife(loop.engine().bounds());
  }

  ByteQueue held() {
    return held;
  }

  void clear() {
    held.clear();
    partial = null;
    stopTimer();
  }

  /** Reads once and processes the complete requests. */
  void read() throws IOException {
    if (held.isEmpty()) {
      readFresh();
    } else {
      readMore();
    }
  }

  /** The common path: parses bytes in the receive buffer and copies nothing. */
  private void readFresh() throws IOException {
    ByteBuffer scratch = loop.engine().takeScratch();
    try {
      int n = source.read(scratch);
      if (n < 0) {
        connection.close();
      } else if (n > 0) {
        HeadParser parser = loop.parser();
        parser.reset();
        int from = scratch.arrayOffset();
        take(parser, scratch.array(), from, from + n);
      }
    } finally {
      loop.engine().giveScratch(scratch);
    }
  }

  /** Processes held bytes; if the parser has already processed them, reads more first. */
  private void readMore() throws IOException {
    if (mustPause(0)) {
      return; // before more bytes of a partial head are read: they would not be parsed later
    }
    HeadParser parser = partial;
    if (parser == null) {
      parser = loop.parser();
      parser.reset();
    } else {
      int n = held.fill(source, loop.engine().limits().headBytes() - held.size());
      if (n < 0) {
        connection.close();
      }
      if (n <= 0) {
        return;
      }
    }
    takeHeld(parser);
  }

  /**
   * Processes requests in the receive buffer. Pipelined ones after the first few are held, and
   * processed in later turns.
   *
   * @param parser reset
   */
  private void take(HeadParser parser, byte[] bytes, int from, int to) {
    int at = from;
    for (int turn = 0; at < to; turn++) {
      ParseStatus status = mustPause(turn) ? null : parser.parse(bytes, at, to);
      if (status != ParseStatus.COMPLETE) {
        held.add(bytes, at, to - at);
        if (status != null) {
          incomplete(parser, status);
        }
        return;
      }
      int next = at + parser.length();
      if (!answer(parser, bytes, at)) {
        held.add(bytes, next, to - next);
        connection.begin(parser, bytes, at);
        return;
      }
      if (!connection.answered(parser.isLast())) {
        held.add(bytes, next, parser.isLast() ? 0 : to - next);
        return;
      }
      parser.reset();
      at = next;
    }
  }

  /**
   * Processes held requests, which stay where they are.
   *
   * @param parser reset, or has processed a part of the first head
   */
  private void takeHeld(HeadParser parser) {
    for (int turn = 0; !held.isEmpty(); turn++) {
      if (turn > 0 && mustPause(turn)) {
        return;
      }
      byte[] bytes = held.bytes();
      int at = held.start();
      ParseStatus status = parser.parse(bytes, at, held.end());
      if (status != ParseStatus.COMPLETE) {
        incomplete(parser, status);
        return;
      }
      held.drop(parser.length()); // before the request is answered, whose body may follow
      if (!answer(parser, bytes, at)) {
        connection.begin(parser, bytes, at);
        return;
      }
      if (!connection.answered(parser.isLast())) {
        if (parser.isLast()) {
          held.clear();
        }
        return;
      }
      parser.reset();
    }
  }

  /** A complete head: returns whether the response cache has answered it. */
  private boolean answer(HeadParser parser, byte[] bytes, int at) {
    stopTimer();
    partial = null;
    first = false;
    loop.engine().stats().countPassed();
    boolean mayCache = check(parser, bytes, at);
    return cache != null && mayCache && cache.answer(parser, bytes, at);
  }

  /**
   * Whether the next request waits, for other connections or until the client has taken what it has
   * been sent; then this continues later.
   *
   * @param turn number of requests that were answered in this turn
   */
  private boolean mustPause(int turn) {
    DirectOutput direct = output;
    if (turn == PIPELINED_A_TURN) {
      readAgain();
      return true;
    }
    if (direct == null || direct.unsentBytes() <= MAX_UNSENT_BYTES) {
      return false;
    }
    stopTimer(); // nothing is read, so that the client cannot complete a head
    channel.getSourceChannel().suspendReads();
    direct.whenSent(this::readAgain);
    return true;
  }

  /** Continues with held requests in the next turn. */
  private void readAgain() {
    channel.getSourceChannel().wakeupReads();
  }

  /** The held bytes are not a complete head. */
  private void incomplete(HeadParser parser, ParseStatus status) {
    if (status == ParseStatus.REJECTED) {
      refuse(parser.reason(), parser, held.bytes(), held.start(), held.end());
    } else {
      awaitMore(parser);
    }
  }

  /** Lets the limits decide on a request; returns whether the response cache may answer it. */
  private boolean check(HeadParser parser, byte[] bytes, int at) {
    verdict = loop.engine().gate().check(channel, parser, bytes, at);
    spent = life.isLast(channel);
    return verdict.passes() && !spent;
  }

  /** What the limits say of the last request. */
  RequestGate.Verdict verdict() {
    return verdict;
  }

  /** Whether the bounds of connections make the last request the last one. */
  boolean isSpent() {
    return spent;
  }

  /**
   * Waits for the rest of a head. The held bytes are a partial head that the parser has processed.
   */
  private void awaitMore(HeadParser parser) {
    loop.keepParser(parser);
    partial = parser;
    if (timer == null) {
      timer =
          loop.engine()
              .schedule(
                  connection.getIoThread(), this::headIsLate, loop.engine().limits().headTimeout());
    }
  }

  private void headIsLate() {
    HeadParser parser = partial;
    timer = null;
    if (parser != null) {
      refuse(RejectReason.HEAD_TIMEOUT, parser, held.bytes(), held.start(), held.end());
    }
  }

  private void refuse(RejectReason why, HeadParser parser, byte[] bytes, int from, int to) {
    if (why == RejectReason.HTTP2_PREFACE && first && connection.startHttp2(bytes, from, to)) {
      clear();
      return;
    }
    String line = RefusedLine.of(bytes, from, to);
    clear();
    loop.engine().stats().countRejected(why);
    connection.refuse(why, parser.method(), line);
  }

  private void stopTimer() {
    XnioExecutor.Key running = timer;
    if (running != null) {
      timer = null;
      var _ = running.remove();
    }
  }
}
