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
 * The last resort of every continuation of an exchange: a step that throws answers 500 and closes
 * the connection, is logged once, and counted. Undertow does that for the root handler only; a step
 * that runs in a completion, a timer or after a worker would leave its client waiting for ever.
 *
 * <p>One for each loop. Event thread only, but for {@link #count}.
 */
public final class ExchangeFailures {
  private static final Logger LOG = Logger.getLogger("dev.millrace.http");

  private final AtomicLong count = new AtomicLong();

  public ExchangeFailures() {}

  /** Runs a step of an exchange. */
  public void run(HttpServerExchange exchange, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error failure) {
      failed(exchange, failure);
    }
  }

  /**
   * Guards what follows opening a file. Nothing follows if the exchange has ended meanwhile, as it
   * does with its connection.
   *
   * @param opened gets the file to close; it is closed here if {@code opened} throws
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

  /** Guards what follows finding a digest out. */
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
   * Ends an exchange whose step has failed. A full queue of the workers is no defect: it is
   * answered 503 and not logged.
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
        LOG.log(Level.WARNING, "a failed request could not be answered", again);
      }
    }
    abort(exchange);
  }

  /** Ends an exchange whose answer cannot be completed: its client sees the connection close. */
  void abort(HttpServerExchange exchange) {
    IoUtils.safeClose(exchange.getConnection());
    exchange.endExchange();
  }

  /** Logs and counts a defect that its finder answers for. */
  public void record(HttpServerExchange exchange, Throwable failure) {
    count.lazySet(count.getPlain() + 1);
    LOG.log(
        Level.SEVERE,
        failure,
        () ->
            "a request failed: "
                + exchange.getRequestMethod()
                + ' '
                + exchange.getRequestURI()
                + ": "
                + failure);
  }

  /** Steps that failed. Any thread. */
  public long count() {
    return count.get();
  }
}
