package dev.millrace.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/** TLS over another pipe. */
final class TlsPipe implements Pipe {
  private static final int RECORD_BYTES = 18_000;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Pipe below;
  private final SSLEngine engine;
  private final byte[] piece = new byte[RECORD_BYTES];
  private final ByteBuffer encrypted = ByteBuffer.allocate(2 * RECORD_BYTES);
  private final ByteBuffer plain = ByteBuffer.allocate(2 * RECORD_BYTES).flip();
  private final ByteBuffer outgoing = ByteBuffer.allocate(2 * RECORD_BYTES).flip();
  private boolean ended;

  TlsPipe(Pipe below, String protocol) throws IOException {
    this.below = below;
    this.engine = DayCertificate.client(protocol);
    engine.beginHandshake();
  }

  @Override
  public int write(byte[] bytes, int from, int to) throws IOException {
    if (isHandshaking() || !flush()) {
      return 0;
    }
    ByteBuffer source = ByteBuffer.wrap(bytes, from, to - from);
    wrap(source);
    var _ = flush();
    return source.position() - from;
  }

  private boolean isHandshaking() {
    HandshakeStatus status = engine.getHandshakeStatus();
    return status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED;
  }

  private void wrap(ByteBuffer source) throws IOException {
    outgoing.compact();
    try {
      var _ = engine.wrap(source, outgoing);
    } finally {
      outgoing.flip();
    }
  }

  /** Sends encrypted bytes; true if all are sent. */
  private boolean flush() throws IOException {
    while (outgoing.hasRemaining()) {
      int n = below.write(outgoing.array(), outgoing.position(), outgoing.limit());
      if (n == 0) {
        return false;
      }
      outgoing.position(outgoing.position() + n);
    }
    return true;
  }

  @Override
  public int read(byte[] into, int max) throws IOException {
    if (plain.hasRemaining()) {
      return take(into, max);
    }
    if (!flush()) {
      return 0;
    }
    int n = below.read(piece, Math.min(piece.length, encrypted.remaining()));
    if (n < 0) {
      ended = true;
    } else {
      encrypted.put(piece, 0, n);
    }
    while (progress()) {
      // until the handshake or the records need more bytes
    }
    if (plain.hasRemaining()) {
      return take(into, max);
    }
    return engine.isInboundDone() || ended ? -1 : 0;
  }

  private int take(byte[] into, int max) {
    int n = Math.min(max, plain.remaining());
    plain.get(into, 0, n);
    return n;
  }

  /** One step; false if nothing can be done now. */
  private boolean progress() throws IOException {
    switch (engine.getHandshakeStatus()) {
      case NEED_TASK -> {
        for (Runnable task = engine.getDelegatedTask();
            task != null;
            task = engine.getDelegatedTask()) {
          task.run();
        }
        return true;
      }
      case NEED_WRAP -> {
        if (outgoing.remaining() > RECORD_BYTES) {
          return false;
        }
        wrap(NOTHING);
        return flush() && !engine.isOutboundDone();
      }
      default -> {
        encrypted.flip();
        plain.compact();
        SSLEngineResult result;
        try {
          result = engine.unwrap(encrypted, plain);
        } finally {
          encrypted.compact();
          plain.flip();
        }
        return result.getStatus() == Status.OK && !plain.hasRemaining();
      }
    }
  }

  @Override
  public void end() throws IOException {
    var _ = flush();
    engine.closeOutbound();
    wrap(NOTHING);
    var _ = flush();
  }

  @Override
  public void close() {
    below.close();
  }
}
