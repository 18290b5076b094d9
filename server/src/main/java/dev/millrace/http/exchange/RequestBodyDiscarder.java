package dev.millrace.http.exchange;

import dev.millrace.http.parser.HttpLimits;
import dev.millrace.http.parser.RejectedException;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;

/**
 * Takes a request's body out of the way before the request proceeds, for handlers that have no use
 * for one: read and dropped within bounds, 413 beyond them, and what the gate says if it is not
 * whole. A body that waits for 100-continue is not asked for.
 */
public final class RequestBodyDiscarder implements HttpHandler {
  private final HttpHandler next;
  private final HttpLimits limits;
  private final ExchangeFailures failures;

  public RequestBodyDiscarder(HttpHandler next, HttpLimits limits, ExchangeFailures failures) {
    this.next = next;
    this.limits = limits;
    this.failures = failures;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    if (exchange.isRequestComplete()) {
      next.handleRequest(exchange);
    } else if (exchange.getRequestContentLength() > limits.bodyBytes()) {
      abandon(exchange);
      ErrorResponder.send(exchange, StatusCodes.REQUEST_ENTITY_TOO_LARGE);
    } else if (expectsContinue(exchange)) {
      abandon(exchange);
      next.handleRequest(exchange);
    } else {
      exchange.dispatch(SameThreadExecutor.INSTANCE, new Discard(exchange));
    }
  }

  private static boolean expectsContinue(HttpServerExchange exchange) {
    RequestOrigin origin = RequestOrigin.of(exchange);
    return origin != null && origin.expectsContinue();
  }

  /** The rest of the body belongs to nobody: the connection ends after the answer. */
  private static void abandon(HttpServerExchange exchange) {
    exchange.setPersistent(false);
    exchange.getConnection().terminateRequestChannel(exchange);
  }

  /** One body being dropped. I/O thread. */
  private final class Discard implements Runnable, ChannelListener<StreamSourceChannel> {
    private final HttpServerExchange exchange;
    private long total;
    private boolean over;
    private XnioExecutor.@Nullable Key timer;

    Discard(HttpServerExchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public void run() {
      handleEvent(exchange.getRequestChannel());
    }

    @Override
    public void handleEvent(StreamSourceChannel channel) {
      if (!over) {
        failures.run(exchange, () -> discard(channel));
      }
    }

    private void discard(StreamSourceChannel channel) {
      try {
        int n = readAll(channel);
        if (n < 0) {
          end();
          exchange.dispatch(SameThreadExecutor.INSTANCE, next);
        } else if (n == 0) {
          startTimer();
          channel.getReadSetter().set(this);
          channel.resumeReads();
        } else {
          refuse(StatusCodes.REQUEST_ENTITY_TOO_LARGE);
        }
      } catch (RejectedException wrong) {
        end();
        RejectionHandler.refuse(exchange, wrong.reason());
      } catch (IOException broken) {
        end();
        IoUtils.safeClose(exchange.getConnection()); // its peer is gone, in the middle of a body
      }
    }

    /** -1 at the end, 0 when there is nothing for now, 1 when it has been too much. */
    private int readAll(StreamSourceChannel channel) throws IOException {
      try (PooledByteBuffer pooled = exchange.getConnection().getByteBufferPool().allocate()) {
        ByteBuffer buffer = pooled.getBuffer();
        while (total <= limits.bodyBytes()) {
          buffer.clear();
          int n = channel.read(buffer);
          if (n <= 0) {
            return n;
          }
          total += n;
        }
        return 1;
      }
    }

    private void refuse(int status) {
      end();
      abandon(exchange);
      ErrorResponder.send(exchange, status);
    }

    private void end() {
      over = true;
      if (timer != null) {
        var _ = timer.remove();
      }
    }

    private void startTimer() {
      if (timer == null) {
        try {
          timer =
              exchange
                  .getIoThread()
                  .executeAfter(this::late, limits.bodyTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopping) {
          // The connection ends with its worker.
        }
      }
    }

    private void late() {
      if (!over) {
        failures.run(exchange, () -> refuse(StatusCodes.REQUEST_TIME_OUT));
      }
    }
  }
}
