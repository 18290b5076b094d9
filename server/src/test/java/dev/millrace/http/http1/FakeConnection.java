package dev.millrace.http.http1;

import dev.millrace.http.exchange.Connections;
import dev.millrace.http.exchange.EngineLoop;
import dev.millrace.http.exchange.ExchangeFactory;
import dev.millrace.http.parser.HttpLimits;
import dev.millrace.http.parser.ParserStats;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import org.xnio.Option;
import org.xnio.StreamConnection;

/** A connection whose ends the test controls, on a {@link FakeThread}. */
final class FakeConnection extends StreamConnection {
  private final FakeThread thread = FakeThread.current();
  private final FakeSource source = new FakeSource();
  private final FakeSink sink = new FakeSink();
  private final ParserStats stats = new ParserStats();
  private final Connections connections = new Connections(System::nanoTime, Duration.ofSeconds(60));

  FakeConnection() {
    super(FakeThread.current());
    setSourceConduit(source);
    setSinkConduit(sink);
  }

  /** A loop that serves only this connection. */
  Http1Loop loop(HttpLimits limits, HttpHandler handler) {
    return new Http1Loop(
        new EngineLoop(new ExchangeFactory(handler), limits, stats, connections), _ -> null, null);
  }

  FakeSource source() {
    return source;
  }

  FakeSink sink() {
    return sink;
  }

  ParserStats stats() {
    return stats;
  }

  Connections connections() {
    return connections;
  }

  /** Runs the loop until it would block. */
  void settle() {
    thread.settle(() -> isOpen() && (source.turn() | sink.turn()));
  }

  @Override
  protected void closeAction() {
    readClosed();
    writeClosed();
  }

  @Override
  public SocketAddress getPeerAddress() {
    return InetSocketAddress.createUnresolved("client", 1);
  }

  @Override
  public SocketAddress getLocalAddress() {
    return InetSocketAddress.createUnresolved("server", 80);
  }

  @Override
  public boolean supportsOption(Option<?> option) {
    return false;
  }

  @Override
  public <T> T getOption(Option<T> option) {
    return null;
  }

  @Override
  public <T> T setOption(Option<T> option, T value) {
    return null;
  }
}
