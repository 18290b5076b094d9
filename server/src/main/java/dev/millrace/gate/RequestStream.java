package dev.millrace.gate;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSourceConduit;

/**
 * The requests of one connection, in their order: what may be passed on of what was received.
 *
 * <pre>
 *   HEAD ──head complete──► FIXED, CHUNKED ──all passed──► HEAD   next request, when it is asked for
 *     │                              └───────────────────► DRAIN  the request was the last, or its
 *     │                                                           framing was wrong
 *     └──rejected, or late──► ANSWER ─────────────────────► DRAIN
 * </pre>
 *
 * <ul>
 *   <li>A head is read only when the user reads, which Undertow does when everything before is
 *       answered. So a rejection can wait for its turn by waiting to be read.
 *   <li>ANSWER: the user gets one request of ours in place of the rejected one, and {@link
 *       #rejection} says how to answer it. A client cannot forge that: it is state, not bytes.
 *   <li>DRAIN: what still comes is dropped, within bounds, so that closing does not reset the
 *       connection before the client has read its last answer.
 * </ul>
 *
 * <p>Bytes are parsed where the user will read them; only the beginning of a head and what follows
 * a request are copied.
 */
final class RequestStream {
  private enum Phase {
    HEAD,
    FIXED,
    CHUNKED,
    ANSWER,
    DRAIN
  }

  /** Less than this is not worth parsing where it is read. */
  private static final int IN_PLACE_BYTES = 512;

  private final StreamSourceConduit next;
  private final GateLimits limits;
  private final GateStats stats;
  private final @Nullable Shortcut shortcut;
  private final HeadParser parser;
  private final Held held = new Held();
  private final Lingering lingering;
  private @Nullable ChunkedBody chunked;

  private Phase phase = Phase.HEAD;
  private Phase afterBody = Phase.HEAD;
  private boolean newHead = true;

  /** Whether a request was passed on whose answer has not ended. */
  private boolean underWay;

  /** Whether the shortcut was asked about the head that is passed on next. */
  private boolean missed;

  /** Whether {@link #parser} has seen all that is held, and wants more. */
  private boolean starved;

  /** Whether the end of the stream was found while answering. */
  private boolean ended;

  /** Bytes held of a head that is understood. */
  private int cleared;

  private long bodyLeft;
  private final StandIn standIn = new StandIn();
  private @Nullable RejectReason rejection;

  RequestStream(
      StreamSourceConduit next, GateLimits limits, GateStats stats, @Nullable Shortcut shortcut) {
    this.next = next;
    this.limits = limits;
    this.stats = stats;
    this.shortcut = shortcut;
    this.parser = new HeadParser(limits);
    this.lingering = new Lingering(limits);
  }

  @Nullable RejectReason rejection() {
    return rejection;
  }

  @Nullable String refusedLine() {
    return standIn.refusedLine();
  }

  boolean isLast() {
    return phase == Phase.ANSWER || phase == Phase.DRAIN || afterBody == Phase.DRAIN;
  }

  boolean namesClient() {
    return parser.fields().namesClient();
  }

  boolean isIdle() {
    return phase == Phase.HEAD && !underWay && held.isEmpty() && cleared == 0;
  }

  /** Whether a part of a head has come, and all that has come was looked at. */
  boolean isHeadUnderWay() {
    return starved;
  }

  /** The head that is under way did not come in time. */
  void headIsLate() {
    reject(RejectReason.HEAD_TIMEOUT, held.bytes(), held.start(), held.end());
  }

  boolean hasEnded() {
    return ended && held.isEmpty() && cleared == 0;
  }

  /** Nobody will read any more. */
  void end() {
    held.clear();
    cleared = 0;
    starved = false;
    phase = Phase.DRAIN;
  }

  /** Whether reading would do something though the conduit below has nothing. */
  boolean isReady() {
    if (cleared > 0) {
      return true;
    }
    return switch (phase) {
      case HEAD -> !held.isEmpty() && !starved;
      case FIXED -> !held.isEmpty();
      case CHUNKED -> chunked != null && chunked.isReady();
      case ANSWER -> true;
      case DRAIN -> false;
    };
  }

  /** As {@link StreamSourceConduit#read(ByteBuffer)}. */
  int read(ByteBuffer into) throws IOException {
    if (cleared > 0) {
      return passCleared(into);
    }
    return switch (phase) {
      case HEAD -> readHead(into);
      case FIXED -> readFixed(into);
      case CHUNKED -> readChunked(into);
      case ANSWER -> readStandIn(into);
      case DRAIN -> drain();
    };
  }

  // ---- answering at the gate -----------------------------------------------------------------

  /** The request that was passed on last is answered. */
  void answered() {
    underWay = false;
  }

  /**
   * Answers what the shortcut can, as long as nothing is under way.
   *
   * @return whether nothing is left to pass on
   */
  boolean answerShortly() throws IOException {
    Shortcut answers = shortcut;
    if (answers == null || phase != Phase.HEAD || !newHead || cleared > 0 || underWay) {
      return false;
    }
    boolean more = true;
    while (more && held.isEmpty()) {
      ByteBuffer scratch = answers.scratch();
      int n = next.read(scratch);
      if (n <= 0) {
        ended = n < 0;
        return false; // whoever is above sees for himself
      }
      int end = scratch.arrayOffset() + n;
      int at = answerFrom(answers, scratch.array(), end - n, end);
      held.add(scratch.array(), at, end - at);
      more = !scratch.hasRemaining() && phase == Phase.HEAD;
    }
    if (!missed && !held.isEmpty()) {
      held.drop(answerFrom(answers, held.bytes(), held.start(), held.end()) - held.start());
    }
    if (missed) {
      clearHead();
    }
    return held.isEmpty();
  }

  /** Answers one request after another; returns where the first begins that must go on. */
  private int answerFrom(Shortcut answers, byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      parser.reset();
      if (parser.parse(bytes, at, to) != Verdict.COMPLETE) {
        break;
      }
      if (!answers.answer(parser, bytes, at)) {
        missed = true;
        break;
      }
      stats.countPassed();
      at += parser.length();
      if (parser.isLast()) {
        phase = Phase.DRAIN;
        return to; // what follows it is no request
      }
    }
    return at;
  }

  // ---- heads ---------------------------------------------------------------------------------

  private int readHead(ByteBuffer into) throws IOException {
    if (newHead) {
      newHead = false;
      parser.reset();
    }
    return held.isEmpty() && into.hasArray() && into.remaining() >= IN_PLACE_BYTES
        ? readHeadInPlace(into)
        : readHeadHeld(into);
  }

  /** What nearly every request takes: nothing is copied. */
  private int readHeadInPlace(ByteBuffer into) throws IOException {
    int from = into.position();
    int n = next.read(into);
    if (n <= 0) {
      newHead = true; // Undertow reads once before anything can have come
      return n;
    }
    byte[] bytes = into.array();
    int base = into.arrayOffset() + from;
    Verdict verdict = parser.parse(bytes, base, base + n);
    into.position(from);
    return switch (verdict) {
      case COMPLETE -> {
        if (parser.hasBarePercents()) {
          held.add(bytes, base, n);
          clearHead();
          yield passCleared(into);
        }
        int length = parser.length();
        held.add(bytes, base + length, n - length);
        int dropped = parser.normalise(bytes, base);
        length -= dropped;
        if (dropped > 0) {
          System.arraycopy(bytes, base + dropped, bytes, base, length);
        }
        headDone();
        into.position(from + length);
        yield length;
      }
      case NEED_MORE -> {
        held.add(bytes, base, n);
        starved = true;
        yield 0;
      }
      case REJECTED -> {
        reject(parser.reason(), bytes, base, base + n);
        yield readStandIn(into);
      }
    };
  }

  private int readHeadHeld(ByteBuffer into) throws IOException {
    while (true) {
      if (held.isEmpty() || starved) {
        int n = held.fill(next, limits.headBytes() - held.size());
        if (n <= 0) {
          return n;
        }
        starved = false;
      }
      switch (parser.parse(held.bytes(), held.start(), held.end())) {
        case COMPLETE -> {
          clearHead();
          return passCleared(into);
        }
        case NEED_MORE -> {
          starved = true;
        }
        case REJECTED -> {
          reject(parser.reason(), held.bytes(), held.start(), held.end());
          return readStandIn(into);
        }
      }
    }
  }

  /** The head at the beginning of what is held is understood. */
  private void clearHead() {
    int length = parser.length();
    int dropped = parser.normalise(held.bytes(), held.start());
    held.drop(dropped);
    cleared = length - dropped;
    if (parser.hasBarePercents()) {
      cleared += held.encodePercents(parser.targetStart() - dropped, parser.targetEnd() - dropped);
    }
    headDone();
  }

  private int passCleared(ByteBuffer into) {
    int n = held.moveTo(into, cleared);
    cleared -= n;
    return n;
  }

  private void headDone() {
    stats.countPassed();
    if (shortcut != null && !missed) {
      shortcut.passed();
    }
    missed = false;
    underWay = true;
    starved = false;
    newHead = true;
    afterBody = parser.isLast() ? Phase.DRAIN : Phase.HEAD;
    bodyLeft = parser.fields().contentLength();
    if (parser.isChunked()) {
      ChunkedBody body = chunked;
      if (body == null) {
        body = new ChunkedBody(limits, held);
        chunked = body;
      }
      body.begin();
      phase = Phase.CHUNKED;
    } else {
      phase = bodyLeft > 0 ? Phase.FIXED : afterBody;
    }
  }

  /** Refuses the head that begins at {@code from}. */
  private void reject(RejectReason why, byte[] bytes, int from, int to) {
    stats.countRejected(why);
    rejection = why;
    standIn.replace(parser.method(), bytes, from, to);
    phase = Phase.ANSWER;
    held.clear();
    starved = false;
  }

  private int readStandIn(ByteBuffer into) {
    int n = standIn.moveTo(into);
    if (standIn.isPassedOn()) {
      phase = Phase.DRAIN;
    }
    return n;
  }

  private int readFixed(ByteBuffer into) throws IOException {
    int n;
    if (held.isEmpty()) {
      int limit = into.limit();
      into.limit((int) Math.min(limit, into.position() + bodyLeft));
      try {
        n = next.read(into);
      } finally {
        into.limit(limit);
      }
    } else {
      n = held.moveTo(into, bodyLeft);
    }
    if (n > 0) {
      bodyLeft -= n;
      if (bodyLeft == 0) {
        phase = afterBody;
      }
    }
    return n;
  }

  private int readChunked(ByteBuffer into) throws IOException {
    ChunkedBody body = chunked;
    if (body == null) {
      throw new IllegalStateException("no chunked body");
    }
    int n = body.read(into, next);
    RejectReason why = body.rejection();
    if (why != null && rejection == null) {
      stats.countRejected(why);
      rejection = why;
      afterBody = Phase.DRAIN;
      held.clear();
    }
    if (body.isOver()) {
      phase = afterBody;
    }
    return n;
  }

  /** Reads and drops; 0 while there may be more, -1 at its end or when it has been enough. */
  int drain() throws IOException {
    end();
    return lingering.read(next);
  }
}
