package dev.millrace.http.http1;

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
 * A connection after its last answer: our end of stream is sent, and what comes is dropped, within
 * bounds of bytes and time, until the client's end. To close over unread bytes would make the
 * kernel reset the connection, and the client could lose the answer. Loop thread only.
 */
final class Ending implements ChannelListener<ConduitStreamSourceChannel> {
  /** Most reads before other connections get their turn. */
  private static final int READS_AT_ONCE = 16;

  private final Http1Loop loop;
  private final StreamConnection channel;
  private XnioExecutor.Key timer = () -> false;
  private long dropped;

  Ending(Http1Loop loop, StreamConnection channel) {
    this.loop = loop;
    this.channel = channel;
  }

  void start() {
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

  /** Reads and drops what is there; false at the end of the stream, or when it is enough. */
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

  /** The connection is closed. */
  void stop() {
    var _ = timer.remove();
  }
}
