package dev.millrace.http.exchange;

import dev.millrace.http.parser.HttpLimits;
import dev.millrace.http.parser.RejectedException;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;

/**
 * Reads a request's body before the request proceeds: discards it for handlers that do not use one,
 * or collects a short one. A body beyond the bounds is rejected with 413 or 408, a malformed one
 * with the parser's status. A body that waits for 100 (Continue) is not requested.
 */
public final class RequestBodyDiscarder implements HttpHandler {
  private static final int MAX_COLLECTED_BYTES = 64 << 10;

  private final HttpHandler next;
  private final Function<HttpServerExchange, BodyUse> use;
  private final HttpLimits limits;
  private final ExchangeFailures failures;

  /**
   * @param use what {@code next} does with the body of a request
   */
  public RequestBodyDiscarder(
      HttpHandler next,
      Function<HttpServerExchange, BodyUse> use,
      HttpLimits limits,
      ExchangeFailures failures) {
    this.next = next;
    this.use = use;
    this.limits = limits;
    this.failures = failures;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    if (exchange.isRequestComplete()) {
      next.handleRequest(exchange);
      return;
    }
    BodyUse body = use.apply(exchange);
    if (body == BodyUse.LEAVE) {
      next.handleRequest(exchange);
    } else if (exchange.getRequestContentLength() > maxBytes(body)) {
      abandon(exchange);
      ErrorResponder.send(exchange, StatusCodes.REQUEST_ENTITY_TOO_LARGE);
    } else if (body == BodyUse.DISCARD && expectsContinue(exchange)) {
      abandon(exchange);
      next.handleRequest(exchange);
    } else {
      exchange.dispatch(SameThreadExecutor.INSTANCE, new Reading(exchange, body));
    }
  }

  private long maxBytes(BodyUse use) {
    return use == BodyUse.COLLECT ? MAX_COLLECTED_BYTES : limits.bodyBytes();
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

  /** Reads one body. Loop thread. */
  private final class Reading implements Runnable, ChannelListener<StreamSourceChannel> {
    private final HttpServerExchange exchange;
    private final long maxBytes;
    private final @Nullable ByteArrayOutputStream collected;
    private long total;
    private boolean over;
    private XnioExecutor.@Nullable Key timer;

    Reading(HttpServerExchange exchange, BodyUse use) {
      this.exchange = exchange;
      this.maxBytes = maxBytes(use);
      this.collected = use == BodyUse.COLLECT ? new ByteArrayOutputStream() : null;
    }

    @Override
    public void run() {
      handleEvent(exchange.getRequestChannel());
    }

    @Override
    public void handleEvent(StreamSourceChannel channel) {
      if (!over) {
        failures.run(exchange, () -> read(channel));
      }
    }

    private void read(StreamSourceChannel channel) {
      try {
        int n = readAll(channel);
        if (n < 0) {
          end();
          if (collected != null) {
            exchange.putAttachment(BodyUse.COLLECTED, collected.toByteArray());
          }
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
        while (total <= maxBytes) {
          buffer.clear();
          int n = channel.read(buffer);
          if (n <= 0) {
            return n;
          }
          total += n;
          if (collected != null) {
            byte[] bytes = new byte[n];
            buffer.flip().get(bytes);
            collected.writeBytes(bytes);
          }
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
