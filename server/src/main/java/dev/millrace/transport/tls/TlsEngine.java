package dev.millrace.transport.tls;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A connection's engine after its handshake, with its loop's buffers. Loop thread only. */
final class TlsEngine {
  /** Records without data that a client may send at once, and one more for each 32 with data. */
  private static final int IDLE_RECORDS = 32;

  private static final int DATA_RECORDS_PER_IDLE = 32;

  private final SSLEngine engine;
  private final TlsBuffers buffers;
  private int idleRecords;
  private int dataRecords;

  TlsEngine(SSLEngine engine, TlsBuffers buffers) {
    this.engine = engine;
    this.buffers = buffers;
  }

  TlsBuffers buffers() {
    return buffers;
  }

  @Nullable String applicationProtocol() {
    String agreed = engine.getApplicationProtocol();
    return agreed == null || agreed.isEmpty() ? null : agreed;
  }

  SSLSession session() {
    return engine.getSession();
  }

  /**
   * Opens one complete record.
   *
   * @throws SSLException if the record is invalid, if the client renegotiates, or if it sends too
   *     many records without data, such as key updates
   */
  SSLEngineResult open(ByteBuffer cipher, ByteBuffer into) throws SSLException {
    SSLEngineResult result = engine.unwrap(cipher, into);
    if (result.getStatus() != SSLEngineResult.Status.OK) {
      return result;
    }
    if (result.bytesProduced() > 0) {
      dataRecords++;
      if (dataRecords == DATA_RECORDS_PER_IDLE) {
        dataRecords = 0;
        idleRecords = Math.max(0, idleRecords - 1);
      }
    } else if (++idleRecords > IDLE_RECORDS) {
      throw new SSLException("too many records without data");
    }
    if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
      throw new SSLException("the client renegotiates");
    }
    return result;
  }

  /** Whether the engine must send a control message, as the answer to a key update. */
  boolean hasControl() {
    return engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
  }

  /**
   * Seals plaintext in an array, with pending control messages before it. The result is valid until
   * the loop's buffers are used again.
   *
   * @param plain at most {@link TlsBuffers#PLAIN_BYTES}; is consumed
   */
  ByteBuffer seal(ByteBuffer plain) throws SSLException {
    ByteBuffer out = buffers.sealed();
    do {
      if (engine.wrap(plain, out).getStatus() != SSLEngineResult.Status.OK) {
        throw new SSLException("the connection is closed for output");
      }
    } while (plain.hasRemaining());
    return out.flip();
  }

  /** Seals the pending control messages. */
  ByteBuffer sealControl() throws SSLException {
    ByteBuffer out = buffers.sealed();
    while (hasControl()
        && engine.wrap(TlsBuffers.NOTHING, out).getStatus() == SSLEngineResult.Status.OK) {
      // one message a call
    }
    return out.flip();
  }

  /** Seals the bytes at the beginning of native memory in place; returns their number. */
  int seal(MemorySegment memory, int plainBytes) throws SSLException {
    ByteBuffer plain = buffers.plainOut().clear();
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, buffers.plainBytes(), 0, plainBytes);
    ByteBuffer out = seal(plain.limit(plainBytes));
    MemorySegment.copy(buffers.sealedBytes(), 0, memory, ValueLayout.JAVA_BYTE, 0, out.remaining());
    return out.remaining();
  }

  /** Ends the output; the result is the close_notify alert, or the alert of an earlier failure. */
  ByteBuffer sealEnd() {
    engine.closeOutbound();
    ByteBuffer out = buffers.sealed();
    try {
      while (!engine.isOutboundDone()
          && engine.wrap(TlsBuffers.NOTHING, out).getStatus() == SSLEngineResult.Status.OK) {
        // one message a call
      }
    } catch (SSLException broken) {
      return out.clear().limit(0); // nothing can be sealed any more
    }
    return out.flip();
  }
}
