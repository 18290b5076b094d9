package dev.millrace.transport.tls;

import dev.millrace.transport.DirectOutput;
import dev.millrace.transport.SecureConnection;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.Option;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.ssl.SslConnection;

/** A connection after its handshake, over a transport's connection. Loop thread only. */
final class TlsConnection extends SslConnection implements SecureConnection {
  private final StreamConnection below;
  private final TlsEngine engine;
  private final TlsSink sink;
  private final @Nullable String clientSubject;

  /**
   * @param held bytes that were received with the end of the handshake
   * @param clientSubject the subject of the client's certificate, or null
   */
  TlsConnection(
      StreamConnection below,
      SSLEngine engine,
      TlsBuffers buffers,
      byte[] held,
      @Nullable String clientSubject) {
    super(below.getIoThread());
    this.below = below;
    this.clientSubject = clientSubject;
    this.engine = new TlsEngine(engine, buffers);
    StreamSinkConduit conduit = below.getSinkChannel().getConduit();
    this.sink =
        conduit instanceof DirectOutput direct
            ? DirectTlsSink.over(conduit, direct, this.engine)
            : new TlsSink(conduit, this.engine);
    setSourceConduit(new TlsSource(below.getSourceChannel().getConduit(), this.engine, sink, held));
    setSinkConduit(sink);
    below.setCloseListener(_ -> IoUtils.safeClose(this));
  }

  /** Sends close_notify after all bytes written before, then closes the connection below. */
  @Override
  protected void closeAction() {
    if (Thread.currentThread() == getIoThread()) {
      closeOnLoop();
      return;
    }
    try {
      getIoThread().execute(this::closeOnLoop);
    } catch (RejectedExecutionException stopping) {
      IoUtils.safeClose(below);
    }
  }

  private void closeOnLoop() {
    sink.close(() -> IoUtils.safeClose(below));
  }

  /** Does nothing: the handshake is complete, and renegotiation is not supported. */
  @Override
  public void startHandshake() {}

  @Override
  public SSLSession getSslSession() {
    return engine.session();
  }

  @Override
  public @Nullable String clientSubject() {
    return clientSubject;
  }

  @Override
  public @Nullable String applicationProtocol() {
    return engine.applicationProtocol();
  }

  @Override
  public ChannelListener.Setter<? extends SslConnection> getHandshakeSetter() {
    return ChannelListeners.nullSetter();
  }

  @Override
  public SocketAddress getPeerAddress() {
    return below.getPeerAddress();
  }

  @Override
  public SocketAddress getLocalAddress() {
    return below.getLocalAddress();
  }

  @Override
  public boolean supportsOption(Option<?> option) {
    return option.equals(Options.SECURE) || below.supportsOption(option);
  }

  @Override
  public <T> @Nullable T getOption(Option<T> option) throws IOException {
    return option.equals(Options.SECURE) ? option.cast(true) : below.getOption(option);
  }

  @Override
  public <T> @Nullable T setOption(Option<T> option, T value) throws IOException {
    return below.setOption(option, value);
  }
}
