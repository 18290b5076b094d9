package dev.millrace.http.http2;

import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.xnio.Option;
import org.xnio.StreamConnection;

/** One stream as the XNIO connection that Undertow's exchanges expect. Loop thread only. */
final class StreamChannel extends StreamConnection {
  private final StreamConnection transport;
  private final Runnable closed;

  /**
   * @param transport the connection that carries the stream
   * @param closed runs when the channel closes, before its conduits end
   */
  StreamChannel(StreamConnection transport, StreamSource source, StreamSink sink, Runnable closed) {
    super(transport.getIoThread());
    this.transport = transport;
    this.closed = closed;
    setSourceConduit(source);
    setSinkConduit(sink);
  }

  @Override
  protected void closeAction() {
    closed.run();
  }

  @Override
  public SocketAddress getPeerAddress() {
    return transport.getPeerAddress();
  }

  @Override
  public SocketAddress getLocalAddress() {
    return transport.getLocalAddress();
  }

  @Override
  public boolean supportsOption(Option<?> option) {
    return transport.supportsOption(option);
  }

  @Override
  public <T> @Nullable T getOption(Option<T> option) throws IOException {
    return transport.getOption(option);
  }

  /** Has no effect: options belong to the connection, which other streams use too. */
  @Override
  public <T> @Nullable T setOption(Option<T> option, T value) throws IOException {
    return transport.getOption(option);
  }
}
