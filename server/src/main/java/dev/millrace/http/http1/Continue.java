package dev.millrace.http.http1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSinkChannel;

/**
 * The 100 (Continue) that a client waits for before it sends the body of one request (RFC 9110
 * §10.1.1). The thread that handles the exchange.
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
   * Sends it, or what of it is not sent; false if that is not taken now. Then reads are woken once
   * it can be.
   */
  boolean send() {
    ConduitStreamSinkChannel sink = channel.getSinkChannel();
    try {
      while (left.hasRemaining() && sink.getConduit().write(left) > 0) {
        // until nothing is taken
      }
    } catch (IOException broken) {
      return true; // reading meets it too
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

  /** A response's head, behind what is left if a part of this was sent. */
  ByteBuffer before(ByteBuffer head) {
    return left.position() == 0 || !left.hasRemaining()
        ? head
        : ByteBuffer.allocate(left.remaining() + head.remaining()).put(left).put(head).flip();
  }
}
