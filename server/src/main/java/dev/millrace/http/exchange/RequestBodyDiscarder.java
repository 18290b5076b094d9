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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;

/**
 * Reads and discards a request's body before the request proceeds, for handlers that do not use
 * one. A body beyond the bounds is rejected with 413 or 408, a malformed one with the parser's
 * status. A body that waits for 100 (Continue) is not requested.
 */
public final class RequestBodyDiscarder implements HttpHandler {
  private final HttpHandler next;
  private final Predicate<HttpServerExchange> readsBody;
  private final HttpLimits limits;
  private final ExchangeFailures failures;

  /**
   * @param readsBody whether {@code next} reads the body of a request, or leaves it unread
   */
  public RequestBodyDiscarder(
      HttpHandler next,
      Predicate<HttpServerExchange> readsBody,
      HttpLimits limits,
      ExchangeFailures failures) {
    this.next = next;
    this.readsBody = readsBody;
    this.limits = limits;
    this.failures = failures;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    if (exchange.isRequestComplete() || readsBody.test(exchange)) {
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

  /**
   * Leaves the rest of a body unread. The connection of HTTP/1 ends after the response, unless all
   * of the body has been received.
   */
  public static void leaveUnread(HttpServerExchange exchange) {
    if (!exchange.isRequestComplete()) {
      exchange.getConnection().terminateRequestChannel(exchange);
    }
  }

  /** Leaves the rest of the body unread, so the connection ends after the response. */
  private static void abandon(HttpServerExchange exchange) {
    exchange.setPersistent(false);
    exchange.getConnection().terminateRequestChannel(exchange);
  }

  /** Discards one body. Loop thread. */
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
        IoUtils.safeClose(exchange.getConnection()); // the client has disconnected within the body
      }
    }

    /** Returns -1 at the end, 0 if no bytes are available, 1 if the body exceeds its bound. */
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
          // The worker is stopping and closes the connection.
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
