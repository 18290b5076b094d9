package dev.millrace.gate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Passes on a chunked body in canonical framing: sizes without extensions or leading zeros, and no
 * trailers, which nobody here reads. So what stands behind the gate cannot read the framing
 * otherwise than the gate did.
 *
 * <p>When the framing turns out wrong, the body is ended properly for Undertow, which would close
 * the connection without an answer otherwise, and {@link #rejection} says that it was not whole.
 */
final class ChunkedBody {
  private static final int FILL_BYTES = 4 << 10;

  private final ChunkParser parser;
  private final Held held;

  private byte[] framing = {};
  private int framingAt;
  private boolean first;
  private boolean over;
  private @Nullable RejectReason rejection;

  ChunkedBody(GateLimits limits, Held held) {
    this.parser = new ChunkParser(limits);
    this.held = held;
  }

  void begin() {
    parser.reset();
    framing = new byte[0];
    framingAt = 0;
    first = true;
    over = false;
    rejection = null;
  }

  /** Whether all of it was passed on. */
  boolean isOver() {
    return over && framingAt == framing.length;
  }

  /** Whether there is something to pass on, or at least to look at. */
  boolean isReady() {
    return framingAt < framing.length || !held.isEmpty();
  }

  /** Why it is wrong; null if it is not, so far. */
  @Nullable RejectReason rejection() {
    return rejection;
  }

  /** As {@link StreamSourceConduit#read(ByteBuffer)}; not after {@link #isOver}. */
  int read(ByteBuffer into, StreamSourceConduit next) throws IOException {
    int total = 0;
    while (into.hasRemaining() && !isOver()) {
      int n;
      if (framingAt < framing.length) {
        n = Math.min(into.remaining(), framing.length - framingAt);
        into.put(framing, framingAt, n);
        framingAt += n;
      } else if (parser.dataBytes() > 0) {
        n = data(into, next);
      } else {
        if (held.isEmpty()) {
          n = held.fill(next, FILL_BYTES);
          if (n <= 0) {
            return total > 0 ? total : n;
          }
        }
        parse();
        continue;
      }
      if (n <= 0) {
        return total > 0 ? total : n;
      }
      total += n;
    }
    return total;
  }

  private int data(ByteBuffer into, StreamSourceConduit next) throws IOException {
    int n;
    if (held.isEmpty()) {
      int limit = into.limit();
      into.limit((int) Math.min(limit, into.position() + parser.dataBytes()));
      try {
        n = next.read(into);
      } finally {
        into.limit(limit);
      }
    } else {
      n = held.moveTo(into, parser.dataBytes());
    }
    if (n > 0) {
      parser.passed(n);
    }
    return n;
  }

  private void parse() {
    ChunkParser.Step step = parser.parse(held.bytes(), held.start(), held.end());
    held.drop(parser.position() - held.start());
    switch (step) {
      case NEED_MORE -> {}
      case DATA -> frame(Long.toHexString(parser.dataBytes()) + "\r\n");
      case END -> end();
      case REJECTED -> {
        rejection = parser.reason();
        end();
      }
    }
  }

  private void end() {
    frame("0\r\n\r\n");
    over = true;
  }

  private void frame(String line) {
    framing = ((first ? "" : "\r\n") + line).getBytes(StandardCharsets.US_ASCII);
    framingAt = 0;
    first = false;
  }
}
