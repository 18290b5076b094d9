package dev.millrace.http.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.StreamSourceConduit;

/**
 * A connection after its last response: sends the end of stream, then discards input, within bounds
 * of bytes and time, until the client's end of stream. Closing with unread bytes would make the
 * kernel reset the connection, and the client could lose the response. Loop thread only.
 */
public final class LingeringClose implements ChannelListener<ConduitStreamSourceChannel> {
  /** Maximum reads of one turn, so that other connections get theirs. */
  private static final int READS_AT_ONCE = 16;

  private final EngineLoop loop;
  private final StreamConnection channel;
  private XnioExecutor.Key timer = () -> false;
  private long dropped;

  public LingeringClose(EngineLoop loop, StreamConnection channel) {
    this.loop = loop;
    this.channel = channel;
  }

  /** Sends the end of stream, and starts to discard input. */
  public void start() {
    try {
      ConduitStreamSinkChannel sink = channel.getSinkChannel();
      sink.shutdownWrites();
      timer = loop.schedule(channel.getIoThread(), this::close, loop.limits().lingerTimeout());
      if (!sink.flush()) {
        sink.setWriteListener(this::flush);
        sink.resumeWrites();
      }
      channel.getSourceChannel().setReadListener(this);
      channel.getSourceChannel().resumeReads();
    } catch (IOException broken) {
      close();
    }
  }

  private void flush(ConduitStreamSinkChannel sink) {
    try {
      if (sink.flush()) {
        sink.suspendWrites();
      }
    } catch (IOException broken) {
      close();
    }
  }

  @Override
  public void handleEvent(ConduitStreamSourceChannel source) {
    ByteBuffer scratch = loop.takeScratch();
    try {
      if (!discard(source.getConduit(), scratch)) {
        close();
      }
    } catch (IOException broken) {
      close();
    } finally {
      loop.giveScratch(scratch);
    }
  }

  /**
   * Reads and discards available bytes; false at the end of the stream or beyond the byte bound.
   */
  private boolean discard(StreamSourceConduit from, ByteBuffer scratch) throws IOException {
    for (int i = 0; i < READS_AT_ONCE; i++) {
      int n = from.read(scratch.clear());
      if (n <= 0) {
        return n == 0;
      }
      dropped += n;
      if (dropped > loop.limits().lingerBytes()) {
        return false;
      }
    }
    return true;
  }

  private void close() {
    stop();
    IoUtils.safeClose(channel);
  }

  /** Cancels the timer. The connection is closed. */
  public void stop() {
    var _ = timer.remove();
  }
}
