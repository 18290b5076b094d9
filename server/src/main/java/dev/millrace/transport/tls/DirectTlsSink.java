package dev.millrace.transport.tls;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.transport.DirectOutput;
import dev.millrace.transport.Sealer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSinkConduit;

/**
 * Seals what a connection of the ring sends. Loop thread only.
 *
 * <ul>
 *   <li>Staged bytes are collected while the source handles received bytes, and sealed together:
 *       one record for the responses to several pipelined requests.
 *   <li>The transport seals a file segment piece by piece when it is sent. Until then nothing else
 *       may be sealed, because records are numbered in the order in which they are sealed.
 * </ul>
 */
final class DirectTlsSink extends TlsSink implements DirectOutput, Sealer {
  private final DirectOutput direct;

  /** Whether the source handles received bytes, so that {@link #endTurn} follows. */
  private boolean inTurn;

  /** Number of staged plain bytes in the loop's buffer; only while {@link #inTurn}. */
  private int stagedBytes;

  private boolean sendingFile;

  /** Ends the stream, or closes the connection, when the file segment is sent. */
  private @Nullable Runnable afterFile;

  private DirectTlsSink(StreamSinkConduit next, DirectOutput direct, TlsEngine engine) {
    super(next, engine);
    this.direct = direct;
  }

  /** The sink over a conduit that is a {@link DirectOutput}. */
  static DirectTlsSink over(StreamSinkConduit next, DirectOutput direct, TlsEngine engine) {
    DirectTlsSink sink = new DirectTlsSink(next, direct, engine);
    direct.sealFiles(sink);
    return sink;
  }

  // ---- bytes -----------------------------------------------------------------------------------

  @Override
  void beginTurn() {
    inTurn = true;
  }

  @Override
  void endTurn() {
    inTurn = false;
    try {
      sealStaged();
    } catch (IOException broken) {
      // the transport reports the failure to the next write and to the reader
    }
  }

  private void sealStaged() throws IOException {
    int bytes = stagedBytes;
    if (bytes > 0) {
      stagedBytes = 0;
      send(engine.seal(engine.buffers().plainOut().clear().limit(bytes)));
    }
  }

  @Override
  protected boolean maySeal() {
    return !sendingFile;
  }

  @Override
  public boolean canSend() {
    return direct.canSend();
  }

  @Override
  public void peerIsDone() {
    direct.peerIsDone();
  }

  @Override
  public void hangUp() {
    direct.hangUp();
  }

  @Override
  public boolean hasRoom(int bytes) {
    if (isEnded() || hasRest() || sendingFile || bytes > TlsBuffers.PLAIN_BYTES) {
      return false;
    }
    int all = stagedBytes + bytes;
    if (all <= TlsBuffers.PLAIN_BYTES && direct.hasRoom(TlsBuffers.sealedBytes(all))) {
      return true;
    }
    if (stagedBytes == 0) {
      return false;
    }
    try {
      sealStaged();
    } catch (IOException broken) {
      return false;
    }
    return !hasRest() && direct.hasRoom(TlsBuffers.sealedBytes(bytes));
  }

  @Override
  public long unsentBytes() {
    return stagedBytes + direct.unsentBytes();
  }

  @Override
  public void whenSent(Runnable task) {
    direct.whenSent(task);
  }

  @Override
  public void stage(MemorySegment first, int firstBytes, MemorySegment second, int secondBytes) {
    byte[] plain = engine.buffers().plainBytes();
    MemorySegment.copy(first, ValueLayout.JAVA_BYTE, 0, plain, stagedBytes, firstBytes);
    stagedBytes += firstBytes;
    MemorySegment.copy(second, ValueLayout.JAVA_BYTE, 0, plain, stagedBytes, secondBytes);
    stagedBytes += secondBytes;
    if (!inTurn) {
      endTurn();
    }
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    sealStaged();
    return super.write(sources, offset, length);
  }

  @Override
  public boolean flush() throws IOException {
    sealStaged();
    return super.flush();
  }

  // ---- files -----------------------------------------------------------------------------------

  @Override
  public long transferFrom(FileChannel source, long position, long count) throws IOException {
    if (!(source instanceof DescriptorChannel file)) {
      return super.transferFrom(source, position, count);
    }
    requireOpen();
    if (!canSend()) {
      throw new IOException("the connection is broken");
    }
    if (count <= 0 || sendingFile || !sendRest()) {
      return 0;
    }
    stage(file.share(), position, count, _ -> {});
    return count;
  }

  @Override
  public void stage(DescriptorChannel file, long position, long lengthBytes, SendListener sent) {
    try {
      sealStaged();
    } catch (IOException broken) {
      // the transport notifies the listener
    }
    sendingFile = true;
    direct.stage(
        file,
        position,
        lengthBytes,
        bytes -> {
          sendingFile = false;
          sent.onEnd(bytes);
          fileSent();
        });
  }

  private void fileSent() {
    Runnable task = afterFile;
    if (task != null && !sendingFile) {
      afterFile = null;
      task.run();
      return;
    }
    try {
      if (engine.hasControl()) {
        sendControl();
      }
    } catch (IOException broken) {
      // the transport reports the failure to the next write and to the reader
    }
  }

  @Override
  public void sealFiles(Sealer sealer) {
    throw new UnsupportedOperationException("TLS over TLS");
  }

  @Override
  public int maxPlainBytes() {
    return TlsBuffers.PLAIN_BYTES;
  }

  @Override
  public int seal(MemorySegment memory, int plainBytes) throws IOException {
    return engine.seal(memory, plainBytes);
  }

  // ---- the end ---------------------------------------------------------------------------------

  @Override
  public void terminateWrites() throws IOException {
    sealStaged();
    if (!sendingFile) {
      super.terminateWrites();
    } else if (afterFile == null) {
      afterFile =
          () -> {
            try {
              super.terminateWrites();
            } catch (IOException broken) {
              // the transport reports the failure to the reader
            }
          };
    }
  }

  @Override
  void close(Runnable then) {
    try {
      sealStaged();
    } catch (IOException broken) {
      // the connection is closed anyway
    }
    if (sendingFile) {
      afterFile = () -> super.close(then);
    } else {
      super.close(then);
    }
  }
}
