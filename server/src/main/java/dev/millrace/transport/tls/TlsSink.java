package dev.millrace.transport.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.ConduitWritableByteChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.WriteReadyHandler;

/**
 * Seals what a connection sends. Sealed bytes cannot be taken back: what the conduit below does not
 * accept at once waits here and is sent before anything else. Loop thread only.
 */
class TlsSink extends AbstractStreamSinkConduit<StreamSinkConduit> {
  protected final TlsEngine engine;

  /** Sealed bytes that the conduit below has not accepted; null if there are none. */
  private @Nullable ByteBuffer rest;

  private boolean ended;
  private boolean endBelow;
  private boolean resumed;
  private @Nullable WriteReadyHandler handler;

  TlsSink(StreamSinkConduit next, TlsEngine engine) {
    super(next);
    this.engine = engine;
    next.setWriteReadyHandler(new Ready());
  }

  /** The source begins to handle received bytes. */
  void beginTurn() {}

  /** The source has handled the received bytes. */
  void endTurn() {}

  /** Whether more can be sealed now, in the order of sending. */
  protected boolean maySeal() {
    return true;
  }

  /** Our end of stream is sent, or is about to be. */
  final boolean isEnded() {
    return ended;
  }

  protected final boolean hasRest() {
    return rest != null;
  }

  /** Sends the answers that the engine owes to the client's control messages. */
  final void sendControl() throws IOException {
    if (maySeal() && !ended) {
      send(engine.sealControl());
    }
  }

  /** Sends sealed bytes, or keeps what is not accepted. */
  protected final void send(ByteBuffer sealed) throws IOException {
    if (!sealed.hasRemaining()) {
      return;
    }
    ByteBuffer waiting = rest;
    if (waiting == null) {
      while (sealed.hasRemaining() && next.write(sealed) > 0) {
        // until the conduit accepts no more
      }
    }
    if (sealed.hasRemaining()) {
      int kept = waiting == null ? 0 : waiting.remaining();
      ByteBuffer all = ByteBuffer.allocate(kept + sealed.remaining());
      if (waiting != null) {
        all.put(waiting);
      }
      rest = all.put(sealed).flip();
      next.resumeWrites();
    }
  }

  /** Sends what waits; true if nothing is left. */
  protected final boolean sendRest() throws IOException {
    ByteBuffer waiting = rest;
    if (waiting == null) {
      return true;
    }
    while (waiting.hasRemaining()) {
      if (next.write(waiting) == 0) {
        return false;
      }
    }
    rest = null;
    if (endBelow) {
      next.terminateWrites();
    }
    return true;
  }

  protected final void requireOpen() throws IOException {
    if (ended || next.isWriteShutdown()) {
      throw new ClosedChannelException();
    }
  }

  // ---- writing ---------------------------------------------------------------------------------

  @Override
  public int write(ByteBuffer source) throws IOException {
    return (int) write(new ByteBuffer[] {source}, 0, 1);
  }

  /** Seals up to two records of the sources together. */
  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    requireOpen();
    if (!maySeal() || !sendRest()) {
      return 0;
    }
    ByteBuffer plain = engine.buffers().plainOut().clear();
    for (int i = offset; i < offset + length && plain.hasRemaining(); i++) {
      int n = Math.min(sources[i].remaining(), plain.remaining());
      plain.put(plain.position(), sources[i], sources[i].position(), n);
      plain.position(plain.position() + n);
      sources[i].position(sources[i].position() + n);
    }
    int total = plain.position();
    if (total > 0) {
      send(engine.seal(plain.flip()));
    }
    return total;
  }

  @Override
  public final int writeFinal(ByteBuffer source) throws IOException {
    return Conduits.writeFinalBasic(this, source);
  }

  @Override
  public final long writeFinal(ByteBuffer[] sources, int offset, int length) throws IOException {
    return Conduits.writeFinalBasic(this, sources, offset, length);
  }

  @Override
  public long transferFrom(FileChannel source, long position, long count) throws IOException {
    return source.transferTo(position, count, new ConduitWritableByteChannel(this));
  }

  @Override
  public final long transferFrom(StreamSourceChannel source, long count, ByteBuffer throughBuffer)
      throws IOException {
    return Conduits.transfer(source, count, throughBuffer, this);
  }

  @Override
  public boolean flush() throws IOException {
    return sendRest() && next.flush();
  }

  // ---- the end ---------------------------------------------------------------------------------

  /** Sends close_notify and the end of stream. */
  @Override
  public void terminateWrites() throws IOException {
    if (!ended) {
      endOutput();
      endBelow = true;
      if (rest == null) {
        next.terminateWrites();
      }
    }
  }

  /** Seals and sends close_notify. */
  protected final void endOutput() throws IOException {
    ended = true;
    send(engine.sealEnd());
  }

  /** Ends the stream without close_notify: it is incomplete. */
  @Override
  public final void truncateWrites() throws IOException {
    ended = true;
    next.truncateWrites();
  }

  /**
   * Sends close_notify if that is possible at once, then runs a task.
   *
   * @param then closes the connection below
   */
  void close(Runnable then) {
    try {
      if (!ended && rest == null) {
        endOutput();
      }
    } catch (IOException broken) {
      // the connection is closed anyway
    } finally {
      ended = true;
      then.run();
    }
  }

  @Override
  public final boolean isWriteShutdown() {
    return ended || next.isWriteShutdown();
  }

  // ---- readiness -------------------------------------------------------------------------------

  @Override
  public final void resumeWrites() {
    resumed = true;
    next.resumeWrites();
  }

  @Override
  public final void suspendWrites() {
    resumed = false;
    if (rest == null) {
      next.suspendWrites();
    }
  }

  @Override
  public final void wakeupWrites() {
    resumed = true;
    next.wakeupWrites();
  }

  @Override
  public final boolean isWriteResumed() {
    return resumed;
  }

  @Override
  public final void setWriteReadyHandler(WriteReadyHandler handler) {
    this.handler = handler;
  }

  /** Sends what waits, then passes on the event. */
  private final class Ready implements WriteReadyHandler {
    @Override
    public void writeReady() {
      try {
        if (!sendRest()) {
          return;
        }
      } catch (IOException broken) {
        rest = null; // the next write fails
      }
      WriteReadyHandler current = handler;
      if (resumed && current != null) {
        current.writeReady();
      } else {
        next.suspendWrites();
      }
    }

    @Override
    public void forceTermination() {
      WriteReadyHandler current = handler;
      if (current != null) {
        current.forceTermination();
      }
    }

    @Override
    public void terminated() {
      WriteReadyHandler current = handler;
      if (current != null) {
        current.terminated();
      }
    }
  }
}
