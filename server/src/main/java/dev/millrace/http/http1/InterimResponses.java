package dev.millrace.http.http1;

import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSinkChannel;

/**
 * The responses before the response to one request (RFC 9110 §15.2): 100 (Continue), which a client
 * awaits before it sends the body (§10.1.1), and those of handlers. Runs on the thread that handles
 * the exchange.
 */
final class InterimResponses {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final StreamConnection channel;
  private ByteBuffer left = NOTHING;

  InterimResponses(StreamConnection channel) {
    this.channel = channel;
  }

  /** Forgets the previous request. */
  void begin(boolean awaitsContinue) {
    left = awaitsContinue ? ByteBuffer.wrap(CONTINUE) : NOTHING;
  }

  /** Whether a response is not sent, or not completely. */
  boolean isPending() {
    return left.hasRemaining();
  }

  /** Adds a response, to be sent by {@link #send}. */
  void add(int status, String reason, HeaderMap fields) {
    StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(' ').append(reason);
    for (HeaderValues values : fields) {
      for (String value : values) {
        head.append("\r\n").append(values.getHeaderName()).append(": ").append(value);
      }
    }
    left = before(left, head.append("\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static ByteBuffer before(ByteBuffer first, byte[] then) {
    return ByteBuffer.allocate(first.remaining() + then.length).put(first).put(then).flip();
  }

  /**
   * Sends what is not sent. Returns false if the channel does not accept all of it; then reads are
   * woken as soon as the channel has accepted the rest.
   *
   * @param tooLate whether the response itself has started
   */
  boolean send(boolean tooLate) {
    if (tooLate || !left.hasRemaining()) {
      left = NOTHING;
      return true;
    }
    ConduitStreamSinkChannel sink = channel.getSinkChannel();
    try {
      while (left.hasRemaining() && sink.getConduit().write(left) > 0) {
        // until the channel accepts no more
      }
    } catch (IOException broken) {
      left = NOTHING; // the next read fails too
    }
    if (!left.hasRemaining()) {
      return true;
    }
    sink.setWriteListener(writable -> {
      writable.suspendWrites();
      channel.getSourceChannel().wakeupReads();
    });
    sink.resumeWrites();
    return false;
  }

  /** A response's head, preceded by the rest of an interim response that was sent in part. */
  ByteBuffer before(ByteBuffer head) {
    return left.position() == 0 || !left.hasRemaining()
        ? head
        : ByteBuffer.allocate(left.remaining() + head.remaining()).put(left).put(head).flip();
  }
}
