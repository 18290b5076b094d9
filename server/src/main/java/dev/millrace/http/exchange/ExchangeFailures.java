package dev.millrace.http.exchange;

import dev.millrace.digest.DigestSource;
import dev.millrace.digest.Digests;
import dev.millrace.file.OpenFailure;
import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFile;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.xnio.IoUtils;

/**
 * The last resort of every continuation of an exchange. If a step throws, this class logs it once,
 * counts it, responds with 500 and closes the connection. Undertow does that for the root handler
 * only; if a step in a completion, a timer or a worker's continuation threw, the client would wait
 * forever.
 *
 * <p>One instance per loop. Loop thread only, except for {@link #count}.
 */
public final class ExchangeFailures {
  private static final Logger LOG = Logger.getLogger("dev.millrace.http");

  private final AtomicLong count = new AtomicLong();

  public ExchangeFailures() {}

  /** Runs a step of an exchange; handles what it throws as {@link #failed} does. */
  public void run(HttpServerExchange exchange, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error failure) {
      failed(exchange, failure);
    }
  }

  /**
   * Guards the continuation of opening a file. Neither callback runs if the exchange has ended
   * before, as it does when its connection closes.
   *
   * @param opened gets the file and closes it; this class closes it if {@code opened} throws
   */
  public FileAccess.OpenCallback openCallback(
      HttpServerExchange exchange, Consumer<OpenFile> opened, Consumer<OpenFailure> failed) {
    return new FileAccess.OpenCallback() {
      @Override
      public void opened(OpenFile file) {
        if (exchange.isComplete()) {
          file.close();
          return;
        }
        try {
          opened.accept(file);
        } catch (RuntimeException | Error failure) {
          file.close();
          ExchangeFailures.this.failed(exchange, failure);
        }
      }

      @Override
      public void failed(OpenFailure why) {
        if (!exchange.isComplete()) {
          run(exchange, () -> failed.accept(why));
        }
      }
    };
  }

  /** Guards the continuation of a digest lookup. */
  public DigestSource.Callback digestCallback(
      HttpServerExchange exchange,
      Consumer<Digests> known,
      Consumer<DigestSource.Unavailable> unavailable) {
    return new DigestSource.Callback() {
      @Override
      public void known(Digests digests) {
        run(exchange, () -> known.accept(digests));
      }

      @Override
      public void unavailable(DigestSource.Unavailable why) {
        run(exchange, () -> unavailable.accept(why));
      }
    };
  }

  /**
   * Ends an exchange whose step has thrown. A full worker queue is no defect: the response is 503
   * with Retry-After, and nothing is logged.
   */
  public void failed(HttpServerExchange exchange, Throwable failure) {
    boolean busy = failure instanceof RejectedExecutionException;
    if (!busy) {
      record(exchange, failure);
    }
    if (exchange.isComplete()) {
      return;
    }
    if (!exchange.isResponseStarted()) {
      try {
        exchange.setPersistent(busy && exchange.isPersistent());
        exchange.getResponseHeaders().clear();
        if (busy) {
          exchange.getResponseHeaders().put(Headers.RETRY_AFTER, "1");
        }
        ErrorResponder.sendLine(
            exchange, busy ? StatusCodes.SERVICE_UNAVAILABLE : StatusCodes.INTERNAL_SERVER_ERROR);
        return;
      } catch (RuntimeException again) {
        LOG.log(Level.WARNING, "cannot send the response to a failed request", again);
      }
    }
    abort(exchange);
  }

  /** Ends an exchange whose response cannot be completed: the client sees the connection close. */
  void abort(HttpServerExchange exchange) {
    IoUtils.safeClose(exchange.getConnection());
    exchange.endExchange();
  }

  /** Logs and counts a defect for which the caller sends the response. */
  public void record(HttpServerExchange exchange, Throwable failure) {
    count.lazySet(count.getPlain() + 1);
    LOG.log(
        Level.SEVERE,
        failure,
        () ->
            "request failed: "
                + exchange.getRequestMethod()
                + ' '
                + exchange.getRequestURI()
                + ": "
                + failure);
  }

  /** The number of failed steps. Any thread. */
  public long count() {
    return count.get();
  }
}
