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
 * Reads the PROXY header of connections from trusted proxies, before TLS if there is any, and
 * passes the connections on with the client's address. A connection without a complete header in
 * time is closed without a response, because its protocol is unknown. Connections from other peers
 * are passed on unchanged; the HTTP parser rejects a PROXY header from them. Loop thread only.
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

  /** Reads one header, and no byte after it. */
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
        ParseStatus status = read(channel);
        if (status == ParseStatus.NEED_MORE) {
          channel.resumeReads();
          return;
        }
        stopTimer();
        if (status == ParseStatus.REJECTED) {
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
        ParseStatus status = header.parse(buffer.array(), buffer.position());
        if (status != ParseStatus.NEED_MORE) {
          return status;
        }
      }
    }
  }
}
