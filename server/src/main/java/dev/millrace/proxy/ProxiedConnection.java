package dev.millrace.proxy;

import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.Option;
import org.xnio.StreamConnection;

/** A proxy's connection with the addresses of the client that it forwards. */
final class ProxiedConnection extends StreamConnection {
  private final StreamConnection proxy;
  private final SocketAddress client;
  private final SocketAddress destination;

  ProxiedConnection(StreamConnection proxy, SocketAddress client, SocketAddress destination) {
    super(proxy.getIoThread());
    this.proxy = proxy;
    this.client = client;
    this.destination = destination;
    setSourceConduit(proxy.getSourceChannel().getConduit());
    setSinkConduit(proxy.getSinkChannel().getConduit());
    proxy.setCloseListener(_ -> IoUtils.safeClose(this));
  }

  @Override
  protected void closeAction() throws IOException {
    proxy.close();
  }

  @Override
  public SocketAddress getPeerAddress() {
    return client;
  }

  @Override
  public SocketAddress getLocalAddress() {
    return destination;
  }

  @Override
  public boolean supportsOption(Option<?> option) {
    return proxy.supportsOption(option);
  }

  @Override
  public <T> @Nullable T getOption(Option<T> option) throws IOException {
    return proxy.getOption(option);
  }

  @Override
  public <T> @Nullable T setOption(Option<T> option, T value) throws IOException {
    return proxy.setOption(option, value);
  }
}
