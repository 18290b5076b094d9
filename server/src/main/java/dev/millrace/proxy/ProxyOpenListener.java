package dev.millrace.proxy;

import dev.millrace.http.parser.HttpLimits;
import dev.millrace.http.parser.ParseStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * Takes the PROXY header off connections of trusted proxies, and hands them on under the client's
 * address; before TLS, if there is TLS. A proxy that sends no such header, or not in time, is cut
 * off: nobody knows what protocol it would understand an answer in. All other peers are handed on
 * as they are, and a PROXY header of theirs is what the gate makes of it: no request.
 */
public final class ProxyOpenListener implements ChannelListener<StreamConnection> {
  private final ChannelListener<StreamConnection> next;
  private final TrustedProxies trust;
  private final long timeoutMillis;

  public ProxyOpenListener(
      ChannelListener<StreamConnection> next, TrustedProxies trust, HttpLimits limits) {
    this.next = next;
    this.trust = trust;
    this.timeoutMillis = limits.headTimeout().toMillis();
  }

  @Override
  public void handleEvent(StreamConnection connection) {
    if (trust.proxyProtocol() && trust.trusts(connection.getPeerAddress())) {
      new Reader(connection).start();
    } else {
      next.handleEvent(connection);
    }
  }

  /** One header being read, and not a byte more. */
  private final class Reader implements ChannelListener<ConduitStreamSourceChannel> {
    private final StreamConnection connection;
    private final ProxyHeader header = new ProxyHeader();
    private final ByteBuffer buffer = ByteBuffer.allocate(ProxyHeader.MOST);
    private XnioExecutor.@Nullable Key timer;

    Reader(StreamConnection connection) {
      this.connection = connection;
    }

    void start() {
      try {
        timer =
            connection
                .getIoThread()
                .executeAfter(
                    () -> IoUtils.safeClose(connection), timeoutMillis, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException stopping) {
        IoUtils.safeClose(connection);
        return;
      }
      connection.getSourceChannel().setReadListener(this);
      connection.setCloseListener(_ -> stopTimer());
      handleEvent(connection.getSourceChannel());
    }

    private void stopTimer() {
      if (timer != null) {
        var _ = timer.remove();
      }
    }

    @Override
    public void handleEvent(ConduitStreamSourceChannel channel) {
      try {
        ParseStatus verdict = read(channel);
        if (verdict == ParseStatus.NEED_MORE) {
          channel.resumeReads();
          return;
        }
        stopTimer();
        if (verdict == ParseStatus.REJECTED) {
          IoUtils.safeClose(connection);
          return;
        }
        channel.suspendReads();
        channel.setReadListener(null);
        InetSocketAddress client = header.source();
        InetSocketAddress destination = header.destination();
        next.handleEvent(
            client == null || destination == null
                ? connection
                : new ProxiedConnection(connection, client, destination));
      } catch (IOException broken) {
        IoUtils.safeClose(connection);
      }
    }

    private ParseStatus read(ConduitStreamSourceChannel channel) throws IOException {
      while (true) {
        buffer.limit(header.wanted());
        int n = channel.read(buffer);
        if (n <= 0) {
          return n == 0 ? ParseStatus.NEED_MORE : ParseStatus.REJECTED;
        }
        ParseStatus verdict = header.parse(buffer.array(), buffer.position());
        if (verdict != ParseStatus.NEED_MORE) {
          return verdict;
        }
      }
    }
  }
}
