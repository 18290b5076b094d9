package dev.millrace.http.http1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSinkChannel;

/**
 * The 100 (Continue) response that a client awaits before it sends the body of one request (RFC
 * 9110 §10.1.1). Runs on the thread that handles the exchange.
 */
final class Continue {
  private static final byte[] RESPONSE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final StreamConnection channel;
  private final ByteBuffer left = ByteBuffer.wrap(RESPONSE);

  Continue(StreamConnection channel) {
    this.channel = channel;
  }

  /**
   * Sends the response, or its unsent part. Returns false if the channel does not accept all of it;
   * then reads are woken as soon as the channel has accepted the rest.
   */
  boolean send() {
    ConduitStreamSinkChannel sink = channel.getSinkChannel();
    try {
      while (left.hasRemaining() && sink.getConduit().write(left) > 0) {
        // until the channel accepts no more
      }
    } catch (IOException broken) {
      return true; // the next read fails too
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

  /** A response's head, preceded by the rest of the 100 (Continue) if a part of it was sent. */
  ByteBuffer before(ByteBuffer head) {
    return left.position() == 0 || !left.hasRemaining()
        ? head
        : ByteBuffer.allocate(left.remaining() + head.remaining()).put(left).put(head).flip();
  }
}
