package dev.millrace.transport.nio;

import dev.millrace.transport.CloseReason;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.Option;
import org.xnio.StreamConnection;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/** A connection of XNIO's NIO provider that counts its bytes and the reason of its end. */
final class CountedConnection extends StreamConnection {
  private final StreamConnection connection;
  private final NioStats stats;
  private volatile boolean broken;
  private volatile boolean peerEnded;

  /** The reason if the server has ended its direction first, and waits for the peer to end. */
  private volatile @Nullable CloseReason endedFirst;

  private volatile long lastTrafficNanos = System.nanoTime();

  CountedConnection(StreamConnection connection, NioStats stats) {
    super(connection.getIoThread());
    this.connection = connection;
    this.stats = stats;
    stats.opened();
    setSourceConduit(new Source(connection.getSourceChannel().getConduit()));
    setSinkConduit(new Sink(connection.getSinkChannel().getConduit()));
    connection.setCloseListener(_ -> IoUtils.safeClose(this));
  }

  private CloseReason reason() {
    return CloseReason.of(broken, peerEnded, System.nanoTime() - lastTrafficNanos);
  }

  @Override
  protected void closeAction() throws IOException {
    CloseReason first = endedFirst;
    stats.closed(first == null ? reason() : first);
    connection.close();
  }

  @Override
  public SocketAddress getPeerAddress() {
    return connection.getPeerAddress();
  }

  @Override
  public SocketAddress getLocalAddress() {
    return connection.getLocalAddress();
  }

  @Override
  public boolean supportsOption(Option<?> option) {
    return connection.supportsOption(option);
  }

  @Override
  public <T> @Nullable T getOption(Option<T> option) throws IOException {
    return connection.getOption(option);
  }

  @Override
  public <T> @Nullable T setOption(Option<T> option, T value) throws IOException {
    return connection.setOption(option, value);
  }

  /** A call of a conduit that moves bytes. */
  @FunctionalInterface
  private interface Move {
    long run() throws IOException;
  }

  private long receive(Move move) throws IOException {
    long bytes = move(move);
    if (bytes < 0) {
      peerEnded = true;
    } else if (bytes > 0) {
      stats.received(bytes);
    }
    return bytes;
  }

  private long send(Move move) throws IOException {
    long bytes = move(move);
    if (bytes > 0) {
      stats.sent(bytes);
    }
    return bytes;
  }

  private long move(Move move) throws IOException {
    try {
      long bytes = move.run();
      if (bytes != 0) {
        lastTrafficNanos = System.nanoTime();
      }
      return bytes;
    } catch (IOException failed) {
      broken = true;
      throw failed;
    }
  }

  private final class Source extends AbstractStreamSourceConduit<StreamSourceConduit> {
    Source(StreamSourceConduit next) {
      super(next);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      return (int) receive(() -> next.read(into));
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
      return receive(() -> next.read(into, offset, length));
    }

    @Override
    public long transferTo(long position, long count, FileChannel target) throws IOException {
      return receive(() -> next.transferTo(position, count, target));
    }

    @Override
    public long transferTo(long count, ByteBuffer through, StreamSinkChannel target)
        throws IOException {
      return receive(() -> next.transferTo(count, through, target));
    }
  }

  private final class Sink extends AbstractStreamSinkConduit<StreamSinkConduit> {
    Sink(StreamSinkConduit next) {
      super(next);
    }

    @Override
    public void terminateWrites() throws IOException {
      if (endedFirst == null && !peerEnded) {
        endedFirst = reason();
      }
      super.terminateWrites();
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      return (int) send(() -> next.write(from));
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
      return send(() -> next.write(from, offset, length));
    }

    @Override
    public int writeFinal(ByteBuffer from) throws IOException {
      return (int) send(() -> next.writeFinal(from));
    }

    @Override
    public long writeFinal(ByteBuffer[] from, int offset, int length) throws IOException {
      return send(() -> next.writeFinal(from, offset, length));
    }

    @Override
    public long transferFrom(FileChannel from, long position, long count) throws IOException {
      return send(() -> next.transferFrom(from, position, count));
    }

    @Override
    public long transferFrom(StreamSourceChannel from, long count, ByteBuffer through)
        throws IOException {
      return send(() -> next.transferFrom(from, count, through));
    }
  }
}
