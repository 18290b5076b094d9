package dev.millrace.http;

import dev.millrace.gate.GateConduit;
import dev.millrace.gate.GateException;
import dev.millrace.gate.RejectReason;
import io.undertow.server.ConduitWrapper;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.ConduitFactory;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Says what the gate has found: answers a refused request with its status and ends the connection,
 * ends it after a request that says so, and lets reading a body fail if its framing is wrong.
 *
 * <p>The first handler of a chain: what the gate passes on in place of a refused request must go no
 * further.
 */
public final class GateAnswers implements HttpHandler {
  private static final String ALLOW = "GET, HEAD, OPTIONS";

  private final HttpHandler next;

  public GateAnswers(HttpHandler next) {
    this.next = next;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    GateConduit gate = Gates.of(exchange);
    if (gate != null) {
      exchange.addExchangeCompleteListener((_, nextListener) -> {
        gate.answered();
        nextListener.proceed();
      });
      RejectReason why = gate.rejection();
      if (why != null) {
        refuse(exchange, why);
        return;
      }
      if (gate.isLast()) {
        exchange.setPersistent(false);
      } else if (exchange.isHttp10() && exchange.isPersistent()) {
        // RFC 9112 §9.3: a 1.0 client keeps the connection only if told so.
        exchange.getResponseHeaders().put(Headers.CONNECTION, Headers.KEEP_ALIVE.toString());
      }
      if (!exchange.isRequestComplete()) {
        exchange.addRequestWrapper(new WholeBody(gate));
      }
    }
    next.handleRequest(exchange);
  }

  /** Answers and ends the connection. The request's body must have ended. */
  static void refuse(HttpServerExchange exchange, RejectReason why) {
    exchange.setPersistent(false);
    if (why == RejectReason.METHOD_NOT_ALLOWED) {
      exchange.getResponseHeaders().put(Headers.ALLOW, ALLOW);
    }
    ErrorPages.send(exchange, why.status());
  }

  /** The gate ends a wrong body properly; a reader must not take that for its end. */
  private record WholeBody(GateConduit gate) implements ConduitWrapper<StreamSourceConduit> {
    @Override
    public StreamSourceConduit wrap(
        ConduitFactory<StreamSourceConduit> factory, HttpServerExchange exchange) {
      return new AbstractStreamSourceConduit<>(factory.create()) {
        @Override
        public int read(ByteBuffer into) throws IOException {
          return (int) checked(next.read(into));
        }

        @Override
        public long read(ByteBuffer[] into, int offset, int length) throws IOException {
          return checked(next.read(into, offset, length));
        }

        private long checked(long n) throws GateException {
          RejectReason why = n < 0 ? gate.rejection() : null;
          if (why != null) {
            throw new GateException(why);
          }
          return n;
        }
      };
    }
  }
}
