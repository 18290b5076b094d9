package dev.millrace.http.exchange;

import dev.millrace.http.http1.FakeSink;
import dev.millrace.http.http1.FakeThread;
import io.undertow.server.Connectors;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import io.undertow.util.Protocols;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;
import org.xnio.channels.Configurable;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.EmptyStreamSourceConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * A connection without transport and HTTP bytes: handlers run on a {@link FakeThread}, and a test
 * inspects the response. It implements only what {@code http.exchange} requires of an engine.
 */
final class MemoryConnection extends EngineConnection {
  /** A request without a body. */
  record Request(String verb, String path, String query, Map<String, String> fields)
      implements RequestHead {
    @Override
    public HttpString method() {
      return new HttpString(verb);
    }

    @Override
    public HttpString protocol() {
      return Protocols.HTTP_2_0;
    }

    @Override
    public void addFields(HeaderMap into) {
      fields.forEach((name, value) -> into.add(new HttpString(name), value));
    }

    @Override
    public boolean isPersistent() {
      return true;
    }

    @Override
    public boolean hasBody() {
      return false;
    }
  }

  private final FakeThread thread = FakeThread.current();
  private final ExchangeFactory exchanges;
  private final FakeSink body = new FakeSink();
  private final ConduitStreamSinkChannel sink =
      new ConduitStreamSinkChannel(Configurable.EMPTY, body);
  private final ConduitStreamSourceChannel source =
      new ConduitStreamSourceChannel(
          Configurable.EMPTY, new EmptyStreamSourceConduit(FakeThread.current()));
  private @Nullable ResponseFraming framing;
  private boolean open = true;
  private boolean complete;

  MemoryConnection(HttpHandler root) {
    super(null, new DefaultByteBufferPool(false, 1024), root, 1024);
    this.exchanges = new ExchangeFactory(root);
  }

  /** Handles a request until nothing is left to do. */
  HttpServerExchange handle(Request request) {
    return run(exchanges.make(this, request));
  }

  /** Responds to a rejected request. */
  HttpServerExchange refuse(Refusal why) {
    refusal = why;
    return run(exchanges.refused(this, new HttpString("GET"), Protocols.HTTP_1_1));
  }

  private HttpServerExchange run(HttpServerExchange exchange) {
    current = exchange;
    exchanges.run(exchange);
    thread.settle(() -> false);
    return exchange;
  }

  /** The bytes written after the head. */
  String body() {
    return body.written();
  }

  @Nullable ResponseFraming framing() {
    return framing;
  }

  boolean isComplete() {
    return complete;
  }

  @Override
  protected StreamSinkConduit getSinkConduit(
      HttpServerExchange exchange, StreamSinkConduit conduit) {
    ResponseFraming of = ResponseFraming.of(exchange);
    framing = of;
    return new AbstractStreamSinkConduit<>(conduit) {
      private boolean ended;

      @Override
      public int write(ByteBuffer bytes) throws IOException {
        int size = bytes.remaining();
        if (of.bodiless()) {
          bytes.position(bytes.limit());
          return size;
        }
        return super.write(bytes);
      }

      @Override
      public long write(ByteBuffer[] buffers, int offset, int length) throws IOException {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
          total += write(buffers[i]);
        }
        return total;
      }

      @Override
      public int writeFinal(ByteBuffer bytes) throws IOException {
        return Conduits.writeFinalBasic(this, bytes);
      }

      @Override
      public void terminateWrites() {
        ended = true;
      }

      @Override
      public boolean flush() {
        if (ended) {
          Connectors.terminateResponse(exchange);
        }
        return true;
      }
    };
  }

  @Override
  protected void exchangeComplete(HttpServerExchange exchange) {
    complete = true;
    forgetRequest();
  }

  @Override
  public void sendInterim(
      HttpServerExchange exchange, int status, String reason, HeaderMap fields) {
    throw new UnsupportedOperationException("no test sends one");
  }

  @Override
  public boolean expectsContinue() {
    return false;
  }

  @Override
  public void terminateRequestChannel(HttpServerExchange exchange) {}

  @Override
  protected ConduitStreamSinkChannel getSinkChannel() {
    return sink;
  }

  @Override
  protected ConduitStreamSourceChannel getSourceChannel() {
    return source;
  }

  @Override
  public XnioIoThread getIoThread() {
    return thread;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }

  @Override
  public SocketAddress getPeerAddress() {
    return new InetSocketAddress(0);
  }

  @Override
  public <A extends SocketAddress> A getPeerAddress(Class<A> type) {
    return type.cast(getPeerAddress());
  }

  @Override
  public String getTransportProtocol() {
    return "memory";
  }
}
