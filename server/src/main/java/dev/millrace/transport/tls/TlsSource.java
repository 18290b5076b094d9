package dev.millrace.transport.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import javax.net.ssl.SSLEngineResult;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitReadableByteChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Opens the records that a connection receives. A client that ends its stream without close_notify
 * has ended it: HTTP knows itself whether a message is complete. Loop thread only.
 */
final class TlsSource extends AbstractStreamSourceConduit<StreamSourceConduit> {
  private static final byte[] NONE = {};

  private final TlsEngine engine;
  private final TlsSink sink;

  /** Received bytes of records that are not opened yet. */
  private byte[] held;

  /** Plaintext that did not fit into the reader's buffer. */
  private byte[] plain = NONE;

  private int plainStart;
  private boolean ended;
  private @Nullable ReadReadyHandler handler;

  /**
   * @param held bytes that were received with the end of the handshake
   */
  TlsSource(StreamSourceConduit next, TlsEngine engine, TlsSink sink, byte[] held) {
    super(next);
    this.engine = engine;
    this.sink = sink;
    this.held = held;
    next.setReadReadyHandler(new Ready());
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!into.hasRemaining()) {
      return 0;
    }
    if (plainStart < plain.length) {
      return takePlain(into);
    }
    if (sink.isEnded()) {
      return next.read(into); // only discarded: our end of stream is sent
    }
    if (ended) {
      return -1;
    }
    int start = into.position();
    receive(into, start);
    int n = into.position() - start;
    return n == 0 && ended ? -1 : n;
  }

  /** Receives and opens records until one has data, or no complete one is left. */
  private void receive(ByteBuffer into, int start) throws IOException {
    ByteBuffer cipher = engine.buffers().cipherIn();
    cipher.put(held);
    held = NONE;
    try {
      while (true) {
        cipher.flip();
        open(cipher, into, start);
        if (into.position() > start || ended) {
          return;
        }
        cipher.compact();
        int n = next.read(cipher);
        if (n <= 0) {
          cipher.flip();
          ended = n < 0;
          return;
        }
      }
    } finally {
      if (cipher.hasRemaining() && !ended) {
        held = Records.rest(cipher);
      }
    }
  }

  private void open(ByteBuffer cipher, ByteBuffer into, int start) throws IOException {
    while (!ended && into.hasRemaining() && Records.isComplete(cipher)) {
      SSLEngineResult result = engine.open(cipher, into);
      switch (result.getStatus()) {
        case OK -> {}
        case CLOSED -> ended = true;
        case BUFFER_OVERFLOW -> {
          if (into.position() > start) {
            return;
          }
          openAside(cipher, into);
        }
        case BUFFER_UNDERFLOW -> {
          return;
        }
      }
      if (engine.hasControl()) {
        sink.sendControl();
      }
    }
  }

  /** Opens a record that is larger than the reader's buffer, and keeps what does not fit. */
  private void openAside(ByteBuffer cipher, ByteBuffer into) throws IOException {
    ByteBuffer aside = engine.buffers().plainIn();
    SSLEngineResult result = engine.open(cipher, aside);
    ended = result.getStatus() == SSLEngineResult.Status.CLOSED;
    aside.flip();
    int n = Math.min(aside.remaining(), into.remaining());
    into.put(into.position(), aside, 0, n).position(into.position() + n);
    plain = Records.rest(aside.position(n));
    plainStart = 0;
  }

  private int takePlain(ByteBuffer into) {
    int n = Math.min(plain.length - plainStart, into.remaining());
    into.put(plain, plainStart, n);
    plainStart += n;
    if (plainStart == plain.length) {
      plain = NONE;
      plainStart = 0;
    }
    return n;
  }

  /** Whether a read returns bytes or the end although the conduit below has none. */
  private boolean isReadable() {
    return plainStart < plain.length || Records.isComplete(held, 0, held.length);
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      if (into[i].hasRemaining()) {
        return read(into[i]);
      }
    }
    return 0;
  }

  @Override
  public long transferTo(long position, long count, FileChannel target) throws IOException {
    return target.transferFrom(new ConduitReadableByteChannel(this), position, count);
  }

  @Override
  public long transferTo(long count, ByteBuffer throughBuffer, StreamSinkChannel target)
      throws IOException {
    return Conduits.transfer(this, count, throughBuffer, target);
  }

  // ---- readiness -------------------------------------------------------------------------------

  @Override
  public void resumeReads() {
    if (isReadable()) {
      next.wakeupReads();
    } else {
      next.resumeReads();
    }
  }

  @Override
  public void setReadReadyHandler(ReadReadyHandler handler) {
    this.handler = handler;
  }

  /** Passes on events of the conduit below, and repeats them while it holds opened bytes. */
  private final class Ready implements ReadReadyHandler {
    @Override
    public void readReady() {
      ReadReadyHandler current = handler;
      if (current == null) {
        next.suspendReads();
        return;
      }
      sink.beginTurn();
      try {
        current.readReady();
      } finally {
        sink.endTurn();
      }
      if (next.isReadResumed() && isReadable()) {
        next.wakeupReads();
      }
    }

    @Override
    public void forceTermination() {
      ReadReadyHandler current = handler;
      if (current != null) {
        current.forceTermination();
      }
    }

    @Override
    public void terminated() {
      ReadReadyHandler current = handler;
      if (current != null) {
        current.terminated();
      }
    }
  }
}
